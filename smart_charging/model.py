"""The linear program: how much each EVSE may draw in each slot.

Data
    u in U      units: EVSEs, or cohorts of them (see `units`); floor_u <= x <= max_u amperes
    t in T      slots of dt_t seconds; u is there for the share f_ut of slot t
    w_ut        energy that an ampere of u carries in slot t while it is there
    (f, l)      lines of feeders; L_flt limit, U_flt load of unknown angle that is not planned
    c_ufl       what an ampere of u puts on line l of feeder f, a complex number (see `taps`)
    r_i         phasors of what cannot be steered, on each line and in each slot
    d in D      deadlines, each of one unit; b_dt the share of w_ut that lies before d
    k in K_d    pieces of energy wanted by d, of size_k, worth v_k a Wh (see `claims`)
    eff_u       of feeding back: what arrives over what leaves the battery
    m in M      power modules that outlets share; p_m watts
    g_t         price of a kWh; base_t power of all else, less the sun's; fee(.) what a peak costs
                (see `tariff`)
    h in H      clock hours; a_ht the share of hour h in slot t
Variables
    x_ut        amperes, for the slots in which u is there
    s_k         energy in each piece, 0 <= s_k <= size_k
    o_u         energy beyond the last deadline's pieces: what a floor forces on a vehicle, or what
                it would need if it left earlier; never more than both
    n_d         energy that a vehicle that feeds back has less than it came with
    y_uj        pieces of the amperes in the first slot, 0 <= y_uj <= width_uj
    q, q_j      highest hourly power, and its pieces between the steps of the fee
    z           the smallest share of all (only with max-min fairness)
    e_ut        energy until the end of slot t (only where a battery tapers or feeds back)
    v_t         power that leaves the site (only where it earns less than what enters it costs)
    d_ut        amperes fed back, of a floor first; c_st, d_st, e_st the same for stores; m_st what
                they miss
    a_jt, b_jt  by how much the feeder of target j carries more and less than is wanted of it
    r_st        amperes of a source that stands by which relieve lines, 0 <= r_st <= relief_st
    o_ft        by how much feeder f feeds in more than it may
Objective, to be maximised; an aim's weight is far above the next one's (see `policy`)
    sum_k v_k s_k                                       promised energy, and fairness in its pieces
    + least_share Z z                                   max-min fairness
    - optimum sum_jt (a_jt + b_jt)                      what grid companies would like best
    - cost (sum_t g_t P_t + fee(q))                     cost
    - cost sum_t (g_t - earned_t) v_t                   and what is sold for less
    - cost sum_st wear_s d_st                           and the wear of stores that give back, and
                                                        fuel: max(cost, peak) instead of cost
    - peak q                                            peak
    - 2 promised sum_st m_st                            stores that hold too little
    - 2 promised sum_ft o_ft                            feeders that feed in too much
    + 4 promised sum_st w_s r_st                        lines that carry too much in any case
    - early sum_st w_s d_st                             sources that stand by, for nothing
    - sum_d v_d n_d                                     as the dearest piece of the deadline
    + early sum_ut hurry_u (1 - late_t) w_ut x_ut       early rather than late,
    - early (sum_u o_u + sum_ut w_ut d_ut / eff_u)      of what is needed and stays,
    - early sum_st late_t w_s c_st                      and of stores' taking
    + sum_uj v_j y_uj                                   even rather than all for one; turns; calm
    - sum_u (max_j v_j) sum_t w_ut d_ut / eff_u         of what stays
    late_t rises from 0 at the beginning to 1 at the end. So a kWh that is needed gets between 0 and
    `early`, and any other loses something: neither a vehicle nor a store goes round in circles for
    the sake of being early, or takes and gives at once.
    hurry_u is 1, or, for the sake of those who are still to come, rises with the share of its stay
    that u takes to charge: 1 - hurry (1 - energy_u / (most that u can take while it is there)).
Constraints, a function for each family
    (1) lines      | sum_i r_i + sum_u c_ufl x_ut |  <=  L_flt - U_flt      for every line, any
        subset of the loads and of the r_i: where all phasors are parallel this is linear.
        Otherwise they lie in a sector, and the arc of the circle across the sector is replaced by
        chords, each up to 7.5 degrees wide (15 with more than 150 loads): an inner approximation
        that gives away up to 1 - cos(3.75°) = 0.22 % (0.86 %). A phasor more than 90 degrees from
        a chord's direction counts 0, as it may be absent. What is fed back keeps the same limits
        by itself; where phasors drawn lie more than 60 degrees apart, so that one fed back may add
        to them, both are also looked at together.
    (2) energy     sum_t b_dt w_ut (x_ut - d_ut / eff_u) + n_d  >=  sum_{k in K_d} s_k
                   for every deadline, with = and + o_u on the right for a unit's last one
    (3) first      x_u0 = floor_u + sum_j y_uj
    (4) modules    sum_{u on m} w_u x_ut <= p_m
    (5) peak       q >= sum_t a_ht P_t,  q = sum_j q_j
    (6) max-min    served_u + sum_k s_k - sum_d n_d >= z whole_u
    (7) taper      w_u x_ut <= P_u (missing_u - e_u,t-1/2) / begins_u
    (8) feed back  e_ut >= -available_u;  feeding back never makes room for others
    (9) stores     least_st - m_st <= e_st <= most_st,
                   e_st = keeps_st e_s,t-1 + gain_st c_st - d_st / efficiency - drain_st
        A store that has to stay off takes nothing; whether one that is off or takes at least so
        much is on is decided for the committed slots afterwards (see `switching`).
        In (8) and (9) nothing is fed back in slots whose price is below 0: taking and giving at
        once would be paid for there, and cannot be done.
    (10) steady    x_ut <= held_u in slots that begin before a limit may rise again
    (11) whole     x_ut in the committed slots is 0, or at least the minimum and in whole steps
                   (only when asked for: see `whole`)
    (12) sales     v_t >= -P_t      where what leaves the site earns less than what enters it costs
    (13) standby   r_st <= d_st, d_st = 0 in slots that end before source s has come up
        relief_st is by how much the lines above s are over their limit whatever is planned. That s
        gives nothing or at least its least, and runs for a least time once it was started, is
        decided for the committed slots afterwards (see `standby`).
    (14) targets   P_jt - a_jt + b_jt = wanted_jt - base_jt      P_jt: all planned below its feeder;
        where at least so much is wanted: P_jt + b_jt >= wanted_jt - base_jt
    (15) feeding   P_ft + base_ft + o_ft >= -most_ft     of a feeder, or of one of its lines
        What is fed in anyway may be more, by the sun; then nothing gives by plan.

Where nothing has a price and no line makes anybody wait, there is nothing to solve: without (1) the
program falls apart into one for each vehicle, whose optimum is to take all it can from its first
slot on until it has what it wants. If (1) holds for that, it is the optimum (see `alone`).

The right-hand side of (1) is never taken below what the floors alone put there, and for what is fed
back not below what is there in any case, so that the program always has a solution: everybody at
the floor, and relief where there is any.
"""

from dataclasses import dataclass, replace

import numpy as np

from smart_charging.aiming import add_targets
from smart_charging.alone import each_alone
from smart_charging.arrays import Array
from smart_charging.basis import Basis
from smart_charging.case import Case
from smart_charging.draft import NOT_THERE, Draft
from smart_charging.families import (
    add_currents,
    add_energy,
    add_first,
    add_max_min,
    add_modules,
    add_peak,
    add_sales,
)
from smart_charging.feeding import add_feed_limits
from smart_charging.linear_program import Optimum, maximise
from smart_charging.lines import add_lines
from smart_charging.network import Network
from smart_charging.objective import Limits, judge_of
from smart_charging.policy import Weights
from smart_charging.problem import ChargingProblem
from smart_charging.storage import add_discharges, add_stores, add_tapers
from smart_charging.tariff import Piece
from smart_charging.units import Units
from smart_charging.whole import add_whole


@dataclass(frozen=True, slots=True, eq=False)
class Relaxed:
    """What the linear program says.

    Attributes:
        amps: Below 0: fed back. Where a unit is not there, its floor: [unit, slot].
        gain_per_a: What one more ampere of each line's limit would add: [row, slot].
        store_a: Below 0: given back: [store, slot].
        objective: What this is worth, and no plan in whole steps is worth more; None if not known.
        fee_pieces: What the highest hourly power was taken to cost.
        basis: Where the program ended, None if there was none.
    """

    amps: Array
    gain_per_a: Array
    store_a: Array
    objective: float | None
    fee_pieces: tuple[Piece, ...]
    basis: Basis | None = None


def solve_whole(case: Case, time_limit_s: float) -> Relaxed:
    """Solve the program with constraint (11): for few EVSEs.

    Raises:
        SolverError: No optimum was found in time.
    """
    draft = write(case.problem, case.network, case.units, case.weights)
    add_whole(draft)
    best = maximise(draft.columns, draft.rows, time_limit_s)
    return replace(_read(draft, best), objective=best.bound)


def relax(
    problem: ChargingProblem,
    network: Network,
    units: Units,
    weights: Weights,
    time_limit_s: float,
    start: Basis | None = None,
) -> Relaxed:
    """Solve the linear program.

    Args:
        problem: What to plan.
        network: Its lines.
        units: Its EVSEs, or cohorts of them.
        weights: What the objective gives.
        time_limit_s: Give up after that.
        start: Where a similar program ended.

    Raises:
        SolverError: No optimum was found in time.
    """
    alone_a = each_alone(problem, network, units, weights)
    if alone_a is not None:
        return _without_program(problem, network, units, weights, alone_a)
    draft = write(problem, network, units, weights)
    return _read(draft, maximise(draft.columns, draft.rows, time_limit_s, start))


def _without_program(
    problem: ChargingProblem, network: Network, units: Units, weights: Weights, amps: Array
) -> Relaxed:
    """The optimum where no line makes anybody wait."""
    store_a = np.zeros((0, amps.shape[1]))
    worth = judge_of(problem, units, weights).judge(Limits(amps, store_a), None)
    return Relaxed(
        amps=amps,
        gain_per_a=np.zeros(network.limit_a.shape),
        store_a=store_a,
        objective=worth.total,
        fee_pieces=(),
    )


def write(problem: ChargingProblem, network: Network, units: Units, weights: Weights) -> Draft:
    """Write down the linear program, family by family."""
    draft = Draft(problem=problem, network=network, units=units, weights=weights)
    add_currents(draft)
    add_energy(draft)
    add_first(draft)
    add_modules(draft)
    add_tapers(draft)
    add_discharges(draft)
    add_stores(draft)
    add_lines(draft)
    add_peak(draft)
    add_sales(draft)
    add_max_min(draft)
    add_targets(draft)
    add_feed_limits(draft)
    return draft


def _read(draft: Draft, best: Optimum) -> Relaxed:
    units, values = draft.units, np.append(best.values, 0.0)
    least_a = units.least_a
    amps = np.where(draft.x != NOT_THERE, values[draft.x], least_a)
    amps = np.clip(amps, least_a, np.maximum(units.most_a, least_a))
    for evses, columns in draft.fed_back:
        amps[evses] -= np.where(columns != NOT_THERE, values[columns], 0.0)
    store_a = np.zeros((len(draft.problem.stores), amps.shape[1]))
    for taken, given in draft.stored:
        store_a = values[taken] - values[given]
    gain = np.zeros(draft.network.limit_a.shape)
    duals = np.append(best.duals, 0.0)
    for lines in draft.lines if len(best.duals) else ():
        np.add.at(gain, lines.rows, duals[lines.constraints] * lines.reach[:, None])
    return Relaxed(
        amps=amps,
        gain_per_a=gain,
        store_a=store_a,
        objective=best.objective,
        fee_pieces=draft.fee_pieces,
        basis=best.basis,
    )
