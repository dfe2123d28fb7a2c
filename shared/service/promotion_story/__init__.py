"""One promotion told whole, out of what the ledger and the evidence keep."""

from shared.service.promotion_story.assembling import story_of
from shared.service.promotion_story.listing import promotions_of
from shared.service.promotion_story.story import PromotionStory

__all__ = ["PromotionStory", "promotions_of", "story_of"]
