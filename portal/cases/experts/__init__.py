"""Expert appraisal: the pool of experts, the panel of a case, its seats."""
