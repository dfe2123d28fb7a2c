"""Alarms that others raise: Azure Machine Learning's own monitors, Azure Monitor's alert rules."""
