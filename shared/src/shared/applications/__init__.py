"""The case file common to the owning services: accepting, steps, journals, results, documents, cabinet.

What is particular to one service enters through `shared.applications.case.ServiceModule` and nowhere else.
"""
