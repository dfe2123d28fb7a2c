"""What is wrong with the policies of a folder, alone and together, and what is hardly meant."""

from shared.policies.linting.advice import Advice, Weight
from shared.policies.linting.folder import lint

__all__ = ["Advice", "Weight", "lint"]
