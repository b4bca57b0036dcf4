"""A sample city: real village boundaries of Taipei, and an invented service company in it.

`generator` makes the company and its requests, `truth` the opinions of its customers, `csv_files` the files a
company would import. Everything follows from a seed. ATTRIBUTION.md says what is real and what is invented.
"""
