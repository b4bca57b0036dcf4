"""The search: how a plan is made. `model` compiles a problem, `board` holds a plan, `kernels` change it, `improve`
leads them, `select` chooses among routes, `assemble` reads plans."""
