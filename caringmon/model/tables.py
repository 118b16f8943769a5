"""The fact tables: every table of rows that crosses a stage, column by column (2-data-model)."""

from __future__ import annotations

from caringmon.model.codes import RESULT_BY_CODE, QcStatus, Role, Segment
from caringmon.model.contracts import Column, Kind, Table

SEGMENTS = tuple(Segment)
_PEOPLE = ("SPV", "TL", "AGENT")
_DIGITS = Column("service_no_digits", Kind.SERVICE, "the service without leading zeros", digits_of="service_no")

CALLS = Table(
    name="calls",
    columns=(
        Column("attempt_id", Kind.CODE, "id of the attempt in the source system"),
        Column("called_at", Kind.DATETIME, "start of the dial", required=True),
        Column("agent_id", Kind.STAFF, "person_id of the dialling agent", required=True),
        Column("agent_name", Kind.NAME, "name of the agent", about="agent_id"),
        Column("service_no", Kind.SERVICE, "service called about", required=True),
        _DIGITS,
        Column("dialled_no", Kind.PHONE, "number dialled"),
        Column("segment", Kind.CODE, "service segment", required=True, allowed=SEGMENTS),
        Column("status_raw", Kind.TEXT, "status word of the source", raw=True),
        Column("category_raw", Kind.TEXT, "category word of the source", raw=True),
        Column("reason_raw", Kind.TEXT, "reason word of the source", raw=True),
        Column("result_code", Kind.CODE, "result of the attempt, a code of T15", required=True,
               derived_from=("status_raw", "category_raw", "reason_raw"), allowed=tuple(RESULT_BY_CODE)),
        Column("negotiation", Kind.CODE, "how the customer will pay",
               allowed=("FULL", "PDD6", "PDD12", "INSTALMENT", "OTHER")),
        Column("promise_date", Kind.DATE, "promised payment date; null where none or impossible"),
        Column("promise_amount", Kind.RUPIAH, "promised amount"),
        Column("talk_sec", Kind.SECONDS, "talk time"),
        Column("hold_sec", Kind.SECONDS, "time on hold"),
        Column("wrap_sec", Kind.SECONDS, "time of after-call work"),
        Column("ring_sec", Kind.SECONDS, "time until answered or given up"),
        Column("input_type", Kind.CODE, "first call or recall", allowed=("NEW", "RECALL")),
        Column("attempt_count", Kind.COUNT, "attempts that the row stands for, the last of them told; null: one"),
        Column("recording_id", Kind.CODE, "id of the recording"),
        Column("note", Kind.NOTE, "free note of the agent", about="attempt_id"),
        Column("channel", Kind.CODE, "VOICE unless said otherwise", allowed=("VOICE", "WA", "SMS")),
    ),
    key=(("attempt_id",), ("agent_id", "called_at", "service_no", "dialled_no")),
    event="called_at",
    repeats=("called_at", "status_raw", "category_raw", "reason_raw", "negotiation", "promise_date", "promise_amount",
             "talk_sec", "attempt_count", "note"),
)  # fmt: skip

ASSIGNMENTS = Table(
    name="assignments",
    columns=(
        Column("period", Kind.MONTH, "caring month", required=True),
        Column("segment", Kind.CODE, "service segment", required=True, derived_from=("unpaid_bills",),
               allowed=SEGMENTS),
        Column("service_no", Kind.SERVICE, "service to be called about", required=True),
        _DIGITS,
        Column("customer_id", Kind.CUSTOMER, "customer account"),
        Column("customer_name", Kind.NAME, "name of the customer", about="service_no"),
        Column("product", Kind.TEXT, "product or package of the service"),
        Column("speed", Kind.TEXT, "speed of the service"),
        Column("unpaid_bills", Kind.COUNT, "number of unpaid bills"),
        Column("arrears_amount", Kind.RUPIAH, "open arrears", required=True),
        Column("regional", Kind.CODE, "Telkom regional"),
        Column("witel", Kind.TEXT, "witel of the service"),
        Column("datel", Kind.TEXT, "datel of the service"),
        Column("sto", Kind.TEXT, "exchange of the service"),
        Column("area", Kind.TEXT, "area of the service"),
        Column("branch", Kind.TEXT, "branch of the service"),
        Column("wok", Kind.TEXT, "working area of the service"),
        Column("agent_id", Kind.STAFF, "person_id of the holder", required=True),
        Column("team_code", Kind.CODE, "team of the holder"),
        Column("received_at", Kind.DATETIME, "when the order was received", required=True),
        Column("valid_from", Kind.DATE, "first day held; default: the day received", required=True,
               derived_from=("received_at",)),
        Column("valid_to", Kind.DATE, "first day no longer held; null: to the service's next row, or its period's end"),
        Column("status", Kind.CODE, "what became of the order",
               allowed=("OPEN", "WORKED", "CLOSED_PAID", "CLOSED_CABUT", "RECALLED_BY_CLIENT", "SUPPRESSED")),
        Column("priority", Kind.COUNT, "priority given by the client"),
    ),
    key=(("period", "segment", "service_no", "valid_from"),),
    event="valid_from",
)  # fmt: skip

TARGETS = Table(
    name="targets",
    columns=(
        Column("period", Kind.MONTH, "month of the target", required=True),
        Column("segment", Kind.CODE, "service segment", required=True, allowed=SEGMENTS),
        Column("level", Kind.CODE, "whose target", required=True, allowed=("SITE", "SPV", "TL", "AGENT", "WITEL")),
        Column("entity_id", Kind.STAFF, "code of the entity; SITE for the site", required=True, people_at=_PEOPLE),
        Column("metric", Kind.CODE, "what is targeted", required=True,
               allowed=("agree", "recovery_amount", "assigned", "penetration", "contact_rate", "rpc_rate",
                        "agree_rate", "valid_share")),
        Column("value", Kind.NUMBER, "the target, in `unit`", required=True),
        Column("unit", Kind.CODE, "count, Rp or rate", allowed=("count", "Rp", "rate")),
        Column("grain", Kind.CODE, "of the value", allowed=("MONTH", "DAY")),
        Column("date", Kind.DATE, "day of a daily value"),
        Column("apportion", Kind.CODE, "how a month is spread", allowed=("WORKDAY", "ROSTER_DAY", "EXPLICIT")),
        Column("version", Kind.COUNT, "version of the target", required=True),
        Column("approved_by", Kind.STAFF, "role or code of the approver"),
        Column("approved_at", Kind.DATE, "date of approval"),
        Column("effective_from", Kind.DATE, "first day on which the version is known", required=True),
    ),
    key=(("period", "segment", "level", "entity_id", "metric", "date", "version"),
         ("period", "segment", "level", "entity_id", "metric", "version")),
    event="effective_from",
)  # fmt: skip

ROSTER = Table(
    name="roster",
    columns=(
        Column("person_id", Kind.STAFF, "code of the person", required=True),
        Column("logins", Kind.STAFF, "logins in the systems where they differ from person_id, separated by |"),
        Column("display_name", Kind.NAME, "name of the person", about="person_id"),
        Column("on_air_name", Kind.NAME, "alias on air", about="person_id"),
        Column("role", Kind.CODE, "role in force", required=True, allowed=tuple(Role)),
        Column("reports_to", Kind.STAFF, "person_id of the superior"),
        Column("team_code", Kind.CODE, "team"),
        Column("site", Kind.CODE, "site"),
        Column("segments", Kind.CODE, "segments worked, separated by |"),
        Column("fte", Kind.NUMBER, "share of a full position, 0-1"),
        Column("valid_from", Kind.DATE, "first day in force", required=True),
        Column("valid_to", Kind.DATE, "first day no longer in force; null: open"),
        Column("skill", Kind.CODE, "skill"),
    ),
    key=(("person_id", "role", "valid_from"),),
    event="valid_from",
)  # fmt: skip

QC = Table(
    name="qc",
    columns=(
        Column("validation_id", Kind.CODE, "id of the tapping in the source system"),
        Column("attempt_id", Kind.CODE, "id of the call judged"),
        Column("service_no", Kind.SERVICE, "service of the call judged", required=True),
        _DIGITS,
        Column("called_at", Kind.DATETIME, "start of the call judged"),
        Column("qco_id", Kind.STAFF, "person_id of the QCO", required=True),
        Column("qco_name", Kind.NAME, "name of the QCO", about="qco_id"),
        Column("tapped_at", Kind.DATETIME, "when the verdict was given", required=True),
        Column("status_raw", Kind.TEXT, "verdict word of the source", raw=True),
        Column("status", Kind.CODE, "verdict", required=True, derived_from=("status_raw",), allowed=tuple(QcStatus)),
        Column("follow", Kind.CODE, "follow-up code of the source; 3 is a return, whatever the verdict", raw=True),
        Column("reason_code", Kind.CODE, "primary reason, RC01-RC99"),
        Column("recommendation_text", Kind.NOTE, "what the QCO recommends", about="validation_id"),
        Column("round", Kind.COUNT, "round of tapping, from 1; null: by the order of the taps on the claim"),
        Column("score_process", Kind.NUMBER, "score 0-100"),
        Column("score_attitude", Kind.NUMBER, "score 0-100"),
        Column("score_solution", Kind.NUMBER, "score 0-100"),
        *(Column(f"param_tapping_{side}", Kind.TEXT, "criteria that failed on this side", raw=True)
          for side in ("proses", "sikap", "solusi")),
        Column("failed_criteria", Kind.CODE, "criteria that failed, V01-V12, separated by |"),
        Column("tl_id", Kind.STAFF, "person_id of the TL who answered a return"),
        Column("tl_response", Kind.NOTE, "what the TL answered", about="validation_id"),
        Column("tl_at", Kind.DATETIME, "when the TL answered"),
        Column("data_condition", Kind.CODE, "where a return stands",
               allowed=("NONE", "RETURNED_TO_AGENT", "RETURNED_TO_QCO")),
        Column("is_calibration", Kind.FLAG, "tapped twice to compare QCOs; changes no state"),
        Column("calib_group", Kind.CODE, "taps that are compared with each other"),
        Column("history_incomplete", Kind.FLAG, "first seen already judged: earlier rounds are not known"),
        Column("returned_before", Kind.FLAG, "of an incomplete history: it shows that the first round was a return"),
    ),
    key=(("validation_id",), ("attempt_id", "round"), ("service_no", "called_at", "tapped_at")),
    event="tapped_at",
)  # fmt: skip

QC_STATES = Table(
    name="qc_states",
    columns=(
        Column("attempt_id", Kind.CODE, "id of the call judged"),
        Column("called_at", Kind.DATETIME, "start of the call judged", required=True),
        Column("agent_id", Kind.STAFF, "person_id of the dialling agent", required=True),
        Column("service_no", Kind.SERVICE, "service of the call judged", required=True),
        _DIGITS,
        Column("dialled_no", Kind.PHONE, "number dialled"),
        Column("verdict_raw", Kind.TEXT, "verdict word of the source", raw=True),
        Column("verdict", Kind.CODE, "verdict as exported", required=True, derived_from=("verdict_raw",),
               allowed=tuple(QcStatus)),
        Column("follow", Kind.CODE, "follow-up code; 3 is a return"),
        Column("judge_id", Kind.STAFF, "person_id of the QCO; filled before any verdict"),
        Column("judged_at", Kind.DATETIME, "when the verdict was given; null: not judged"),
        Column("reason_code", Kind.CODE, "primary reason, RC01-RC99"),
        Column("rec_qco", Kind.NOTE, "what the QCO recommends", about="attempt_id"),
        Column("tl_id", Kind.STAFF, "person_id of the TL who answered a return"),
        Column("rec_tl", Kind.NOTE, "what the TL answered", about="attempt_id"),
        Column("has_tl_response", Kind.FLAG, "whether the TL answered", derived_from=("rec_tl",)),
        Column("tl_at", Kind.DATETIME, "when the TL answered"),
        Column("data_condition", Kind.CODE, "where a return stands",
               allowed=("NONE", "RETURNED_TO_AGENT", "RETURNED_TO_QCO")),
    ),
    key=(("attempt_id",), ("agent_id", "called_at", "service_no", "dialled_no")),
    event="",
    is_state=True,
    ids_as="calls",
)  # fmt: skip

PAYMENTS = Table(
    name="payments",
    columns=(
        Column("payment_id", Kind.CODE, "id of the payment in the source system"),
        Column("service_no", Kind.SERVICE, "service paid for", required=True),
        _DIGITS,
        Column("paid_at", Kind.DATETIME, "when it was paid; midnight where only the day is told", required=True),
        Column("amount", Kind.RUPIAH, "amount paid, negative for a reversal", required=True),
        Column("bill_period", Kind.MONTH, "month of the bill paid"),
        Column("channel", Kind.TEXT, "where it was paid"),
        Column("is_reversal", Kind.FLAG, "cancels an earlier payment of the same service and amount"),
        Column("amount_imputed", Kind.FLAG, "amount unknown: stands for the full arrears"),
    ),
    key=(("payment_id",), ("service_no", "paid_at", "amount", "bill_period", "is_reversal")),
    event="paid_at",
    repeats=("paid_at", "amount", "bill_period", "channel"),
)  # fmt: skip

PAYMENT_STATES = Table(
    name="payment_states",
    columns=(
        Column("service_no", Kind.SERVICE, "service of the bill", required=True),
        _DIGITS,
        Column("period", Kind.MONTH, "caring month of the list; null: the month of the export"),
        Column("paid_raw", Kind.TEXT, "payment word of the source", raw=True),
        Column("paid", Kind.CODE, "whether it is paid as exported", required=True, derived_from=("paid_raw",),
               allowed=("PAID", "PAID_BY_20", "PAID_AFTER_20", "UNPAID")),
        Column("arrears_amount", Kind.RUPIAH, "arrears that the file tells"),
    ),
    key=(("service_no", "period"),),
    event="",
    is_state=True,
)  # fmt: skip

ATTENDANCE = Table(
    name="attendance",
    columns=(
        Column("date", Kind.DATE, "working day", required=True),
        Column("person_id", Kind.STAFF, "code of the person", required=True),
        Column("planned_min", Kind.MINUTES, "minutes planned"),
        Column("login_min", Kind.MINUTES, "minutes logged in"),
        Column("break_min", Kind.MINUTES, "minutes of break"),
        Column("aux_min", Kind.MINUTES, "minutes away from calls for other reasons"),
        Column("talk_min", Kind.MINUTES, "minutes of talk"),
        Column("wrap_min", Kind.MINUTES, "minutes of after-call work"),
        Column("idle_min", Kind.MINUTES, "minutes waiting"),
        Column("status", Kind.CODE, "presence", required=True,
               allowed=("HADIR", "IZIN", "SAKIT", "CUTI", "ALPA", "OFF", "TRAINING")),
    ),
    key=(("person_id", "date"),),
    event="date",
    marks=("planned_min", "login_min"),
)  # fmt: skip

HISTORY = Table(
    name="history",
    columns=(
        Column("period", Kind.MONTH, "month of the figure", required=True),
        Column("segment", Kind.CODE, "service segment", required=True, allowed=SEGMENTS),
        Column("level", Kind.CODE, "whose figure; SITE where the file has no such column",
               allowed=("SITE", "SPV", "TL", "AGENT", "WITEL")),
        Column("entity_id", Kind.STAFF, "code of the entity; SITE for the site", required=True, people_at=_PEOPLE),
        Column("kpi", Kind.CODE, "K01-K56 of the catalogue", required=True),
        Column("value", Kind.NUMBER, "the figure, in the unit of its KPI", required=True),
    ),
    key=(("period", "segment", "level", "entity_id", "kpi"),),
    event="period",
)  # fmt: skip

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        CALLS, ASSIGNMENTS, TARGETS, ROSTER, QC, QC_STATES, PAYMENTS, PAYMENT_STATES, ATTENDANCE, HISTORY,
    )
}  # fmt: skip
