"""Pretrains a small multilingual encoder: masked and translation language modelling on plain and parallel text."""
