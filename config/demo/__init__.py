"""The demonstration: the whole loop once, on the sample city, through the doors that people use.

city.py makes the company, customers.py plays the households, rounds.py plays the technicians (over HTTP),
figures.py reads the results from the database, report.py prints them. config/cli/demo.py is the order of events.
"""
