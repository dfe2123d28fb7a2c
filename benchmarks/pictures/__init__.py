"""The pictures of docs/statistics: Driftgate's own functions on the data in samples/.

Run: python -m benchmarks.pictures            writes the SVG files and prints what they show
     python -m benchmarks.pictures --check    says which of them would come out otherwise
"""
