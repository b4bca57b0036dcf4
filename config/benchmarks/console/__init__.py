"""The pages, measured in a browser: how soon the board answers, what a drag is told, and what a busy day does to it.

`window` is a signed-in page with `watch.js` in it, which notes when what is asked about has been painted. `loading`,
`dragging` and `living` measure the board, `weighing` what the pages of customers weigh; `measure` leads them.
"""
