"""Start a battle, look at a battle."""

import random
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from services.arena.effects import Effects, Publisher
from services.arena.sampling import CHOSEN_VERSION, PairSampler
from services.arena.side_runs import latest_runs
from services.arena.turns import ask, sides_of
from services.clock import Clock, Ids
from services.contenders.protocol import Catalogue
from services.domain.battle import CHOSEN_POLICY, Battle, BattleState, Turn
from services.domain.battle_mode import BattleMode, Parameters
from services.domain.consent import agreed
from services.domain.judgement import Source
from services.domain.possible import possible
from services.domain.prompt import ERASED, check_prompt
from services.domain.reveal import Reveal, reveal_of
from services.domain.visibility import BattleView, Round, Viewer, battle_view
from services.errors import Conflict, InvalidRequest
from services.store.unit_of_work import UnitOfWork, UnitOfWorkFactory


@dataclass(frozen=True, kw_only=True)
class Battles:
    """Creates and shows battles."""

    store: UnitOfWorkFactory
    publisher: Publisher
    catalogue: Catalogue
    sampler: PairSampler
    judges: Collection[str]
    clock: Clock
    ids: Ids
    rng: random.Random

    def rematch(self, battle_id: str, *, judges: tuple[str, ...] = (), owner: str = "") -> Battle:
        """The first prompt of a battle that is over once more, for a pair drawn anew.

        The pair is drawn as every other is, so that its probability is what it says: it can be the same one again.

        Raises:
            NotFound: there is no such battle.
            Conflict: it is not over, or its prompt was deleted on request.
            PrerequisiteError: fewer than two contenders are enabled.
        """
        with self.store() as uow:
            battle, first = uow.battles.get(battle_id), uow.battles.turns(battle_id)[0]
        if reason := possible(battle, has_program=True)["rematch"]:
            raise Conflict(reason)
        if first.prompt == ERASED:
            raise Conflict("The prompt of this battle was deleted on request.", hint="Start a battle of your own.")
        return self.create(first.prompt, judges=judges, owner=owner)

    def create(
        self,
        prompt: str,
        *,
        contenders: tuple[str, ...] | None = None,
        mode: BattleMode = BattleMode.BATTLE,
        parameters: Parameters | None = None,
        judges: tuple[str, ...] = (),
        record_interactions: bool = False,
        owner: str = "",
    ) -> Battle:
        """Store a battle and set both sides to work.

        A pair chosen by name plays in drawn seats with probability 1; automatic judges stay blind, but a person's
        vote on it is kept out of the human board, because whoever chose knows the names. Side by side needs two names,
        a chat one; both take `parameters`, and no judges. `record_interactions` says
        that whoever asks agreed to a record of how the running answers are used; `owner` is their session.

        Raises:
            InvalidRequest: the prompt, a judge or the pair is not acceptable.
            NotFound: a contender is unknown.
            PrerequisiteError: fewer than two contenders are enabled.
        """
        text = check_prompt(prompt)
        _check_mode(mode, contenders, parameters)
        unknown = sorted(set(judges) - set(self.judges))
        if unknown:
            raise InvalidRequest(f"Unknown judge: {', '.join(unknown)}.", hint=f"There are: {', '.join(self.judges)}.")
        now, effects = self.clock.now(), Effects()
        with self.store() as uow:
            battle = self._battle(uow, contenders, judges if mode is BattleMode.BATTLE else (), mode)
            battle = replace(battle, record_interactions=record_interactions, owner=owner, parameters=parameters)
            battle = agreed(battle, uow.consents.find(owner) if owner else None)
            turn = Turn(id=self.ids.new(), battle_id=battle.id, index=0, prompt=text, created_at=now)
            uow.battles.add(battle)
            uow.battles.add_turn(turn)
            for side in sides_of(battle):
                ask(uow, battle, turn, side, answer_id=self.ids.new(), effects=effects)
            uow.commit()
        self.publisher.publish(effects)
        return battle

    def _battle(
        self, uow: UnitOfWork, pair: tuple[str, ...] | None, judges: tuple[str, ...], mode: BattleMode
    ) -> Battle:
        if pair is None:
            drawn = self.sampler.draw(uow, self.catalogue.contenders(), self.rng)
            names, probability = [drawn.contender_a, drawn.contender_b], drawn.probability
            policy, version = drawn.policy, drawn.policy_version
        else:
            names, policy, version, probability = list(pair), CHOSEN_POLICY, CHOSEN_VERSION, 1.0
            if len(set(pair)) < len(pair):
                raise InvalidRequest("A contender cannot meet itself.", hint="Name two different contenders.")
            for name in pair:
                self.catalogue.open(name)
            if mode is BattleMode.BATTLE:
                self.rng.shuffle(names)
        return Battle(
            id=self.ids.new(),
            state=BattleState.RUNNING,
            contender_a=names[0],
            contender_b=names[1] if len(names) > 1 else "",
            mode=mode,
            ranked=mode is not BattleMode.DIRECT,
            policy=policy,
            policy_version=version,
            pair_probability=probability,
            judges=judges,
            created_at=self.clock.now(),
        )

    def view(self, battle_id: str, viewer: Viewer) -> BattleView:
        """The battle as `viewer` may see it now.

        Raises:
            NotFound: there is no such battle.
        """
        with self.store() as uow:
            battle = uow.battles.get(battle_id)
            return battle_view(
                battle,
                [_round(uow, turn) for turn in uow.battles.turns(battle_id)],
                judgements=uow.judgements.of_battle(battle_id),
                vote=uow.votes.find(battle_id),
                viewer=viewer,
                runs=latest_runs(uow, battle_id),
                vote_details=uow.vote_details.find(battle_id),
                reveal=self._reveal(uow),
            )

    def _reveal(self, uow: UnitOfWork) -> Callable[[str], Reveal]:
        """What is told of a contender; the board is read only when somebody may know."""

        def reveal(name: str) -> Reveal:
            contender = next((one for one in self.catalogue.contenders() if one.name == name), None)
            return reveal_of(contender, name, uow.boards.find(Source.HUMAN))

        return reveal


def _round(uow: UnitOfWork, turn: Turn) -> Round:
    answers = uow.answers.of_turn(turn.id)
    return Round(
        turn=turn,
        answers=answers,
        snippets={side: uow.snippets.find(answer.id) for side, answer in answers.items()},
        executions={side: uow.executions.find(answer.id) for side, answer in answers.items()},
    )


def _check_mode(mode: BattleMode, contenders: tuple[str, ...] | None, parameters: Parameters | None) -> None:
    """Whether what was asked for goes together."""
    if mode is BattleMode.BATTLE:
        if parameters is not None:
            raise InvalidRequest("A blind battle takes no parameters: they would tell contenders apart.")
        if contenders is None:
            return
    if contenders is None or len(contenders) != mode.contenders:
        raise InvalidRequest(f"Name {mode.contenders} contender(s) for this.", where="contenders")
