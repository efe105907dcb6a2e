"""The pages of certification: the learner's own, and the public check."""
