"""Mistakes that students make, one file per task, each mistake a small class: the reference with that one bug.

`catalogue.csv` lists every known mistake with its tier and the reason for it. The classes prove that the checks notice
(`tests/test_misconceptions.py`), and give a student's mistake its name (`grader/diagnosis.py`).
"""
