"""What `make bench` measures: each figure beside its floor, the least work that could do the same, in the same run."""
