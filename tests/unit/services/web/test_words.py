"""Every flag that a judgement can bear has words for people."""

from services.domain.vote_record import FlagCode
from services.web.leaderboard_words import FLAGS


def test_every_flag_is_explained_to_people() -> None:
    assert set(FLAGS) == set(FlagCode)
    assert all(word.endswith(".") for word in FLAGS.values())
