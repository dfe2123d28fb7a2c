"""Commands along a version's way: gates, promotions, rollouts, retrainings."""
