"""What people are told of alerts: notices of groups, to receivers, and what holds them back."""

from shared.domain.notices.life import Acknowledgement, AlertLife, GroupWatch, ScopeWatch, ToldAs
from shared.domain.notices.notice import Notice, NoticedAlert, NoticeReason
from shared.domain.notices.receiving import (
    Breaker,
    Flight,
    Folded,
    Head,
    Last,
    ReceiverWatch,
    Waiting,
)
from shared.domain.notices.silence import Matcher, Silence

__all__ = [
    "Acknowledgement",
    "AlertLife",
    "Breaker",
    "Flight",
    "Folded",
    "GroupWatch",
    "Head",
    "Last",
    "Matcher",
    "Notice",
    "NoticeReason",
    "NoticedAlert",
    "ReceiverWatch",
    "ScopeWatch",
    "Silence",
    "ToldAs",
    "Waiting",
]
