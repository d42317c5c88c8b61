"""What codes mean, for readers of the leaderboard page."""

from services.domain.vote_record import FlagCode
from services.ratings.audit.finding import Severity

FLAGS = {
    FlagCode.CHOSEN_PAIR: "Whoever started the battle chose the contenders, so the vote was not blind.",
    FlagCode.IDENTITY_LEAK: "An answer says which model wrote it.",
    FlagCode.EDITED: "A program of the battle was run with changes before the vote.",
    FlagCode.STOPPED: "A side was stopped before it was through.",
    FlagCode.ONE_SIDED: "A turn of the battle went to one side only.",
    FlagCode.RETRIED: "A side that had failed was asked again after the names had been shown.",
    FlagCode.REPEAT: "The battle shows an earlier one again, to see how steady votes are.",
    FlagCode.PRIVATE: "One of the contenders is not shown yet; these votes count once it is.",
    FlagCode.ANOMALOUS_VOTER: "The voter's choices are unlike everybody else's by more than chance explains.",
    FlagCode.REPEATED_PROMPT: "Many votes are on the same prompt or nearly the same, so each counts for less.",
    FlagCode.TOO_FAST: "The vote came faster than anybody can read.",
    FlagCode.SAME_SEAT: "The voter takes the same side whoever sits there.",
    FlagCode.BURST: "The vote is one of many that one voter gave within a short time.",
    FlagCode.UNTRIED: "There was a running program to try, and the voter tried neither side's.",
}
AGREEMENT = (
    ("agreement", "Agree"),
    ("chance", "Would agree by chance"),
    ("kappa", "Cohen's kappa"),
    ("kappa_linear", "Kappa, linear weights"),
    ("kappa_quadratic", "Kappa, quadratic weights"),
    ("reversed_share", "Reversed (A for B)"),
)
SEVERITIES = {
    Severity.NOTE: ("worth knowing", ""),
    Severity.WARNING: ("to be looked into", "warn"),
    Severity.VIOLATION: ("against the rules", "bad"),
}
