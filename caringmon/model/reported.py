"""Numbers that only reports print, beside the catalogue of KPIs: their names, units and meanings."""

from __future__ import annotations

from dataclasses import dataclass

from caringmon.model.kpi import CATALOGUE, Unit


@dataclass(frozen=True)
class Reported:
    """One number of a report: names in both languages, unit, decimals, and what it is."""

    id: str
    name_id: str
    name_en: str
    unit: Unit
    meaning: str
    decimals: int = 0


GUARD = "guard."
_COUNT, _CUST, _RP, _RATE = Unit.COUNT, Unit.CUSTOMERS, Unit.RUPIAH, Unit.RATE

REPORTED: dict[str, Reported] = {
    number.id: number
    for number in (
        Reported("promised_today", "Janji jatuh hari ini", "Promises for the day", _COUNT,
                 "net claims whose promise in force is for the report date"),
        Reported("promised_today_rupiah", "Nominal janji hari ini", "Amount promised for the day", _RP,
                 "what they owe"),
        Reported("promised_next", "Janji sampai hari kerja berikutnya", "Promises up to the next working day", _COUNT,
                 "net claims promised for the days after the report date up to the next working day"),
        Reported("promised_next_rupiah", "Nominal janji hari kerja berikutnya", "Amount promised up to then", _RP,
                 "what they owe"),
        Reported("overdue", "Janji lewat tanggal, belum lunas", "Promises past their date, not paid", _COUNT,
                 "net claims promised for one of the 30 days before the report date and not paid up to the tolerance"),
        Reported("overdue_rupiah", "Sisa nominal janji lewat tanggal", "What is still unpaid of them", _RP,
                 "what they owe less what was paid on them"),
        Reported("near_limit", "CT-0 mendekati batas, belum RPC", "CT-0 near the limit, no right party yet", _CUST,
                 "CT-0 services open on the report date, at most 3 working days before the 20th, without a right-party "
                 "contact in the month"),
        Reported("near_limit_rupiah", "Tunggakan CT-0 mendekati batas", "Arrears of these services", _RP,
                 "their arrears"),
        Reported("over_dialled", "Layanan terlalu sering dihubungi", "Over-dialled services", _CUST,
                 "services dialled more often on the report date than allowed, or more than 8 times in 5 working days "
                 "without a right-party contact"),
        Reported("taps", "Tapping hari itu", "Tappings of the day", _COUNT,
                 "tappings made on the report date, calibration left out"),
        Reported("taps_valid", "Tapping valid", "Tappings valid", _COUNT, "of these, valid"),
        Reported("taps_not_valid", "Tapping tidak valid", "Tappings not valid", _COUNT, "of these, not valid"),
        Reported("taps_return", "Tapping return", "Tappings returned", _COUNT, "of these, returned"),
        Reported("attempts", "Percobaan", "Attempts", _COUNT, "voice attempts, by their result"),
        Reported("attempts_share", "Bagian percobaan", "Share of attempts", _RATE, "of all voice attempts of the day",
                 1),
        Reported("attempts_mean", "Rata-rata lima hari kerja", "Mean of five working days", _COUNT,
                 "voice attempts per day of the five working days before", 1),
        Reported("attempts_change", "Selisih terhadap rata-rata", "Difference from the mean", _COUNT,
                 "attempts of the day less that mean", 1),
        Reported("K14.shrunken", "Agree rate agent, dihaluskan", "Agree rate of an agent, shrunken", _RATE,
                 "agree rate of the month, drawn to the mean of all agents the more the fewer contacts there are", 1),
        Reported("K45.low80", "Proyeksi, batas bawah 80 %", "Projection, lower 80 % bound", _COUNT,
                 "the month ends below with 10 % chance"),
        Reported("K45.high80", "Proyeksi, batas atas 80 %", "Projection, upper 80 % bound", _COUNT,
                 "the month ends above with 10 % chance"),
        Reported("K45.low95", "Proyeksi, batas bawah 95 %", "Projection, lower 95 % bound", _COUNT,
                 "the month ends below with 2.5 % chance"),
        Reported("K45.high95", "Proyeksi, batas atas 95 %", "Projection, upper 95 % bound", _COUNT,
                 "the month ends above with 2.5 % chance"),
        Reported("K45.path", "Proyeksi sampai hari itu", "Projection up to that day", _COUNT,
                 "agrees expected up to a working day to come, by the weekdays of 13 weeks; the month's end is K45"),
        Reported("K45.weekday", "Bobot hari", "Weight of the weekday", _RATE,
                 "agrees of the weekday over those of an average day of the same week, 13 weeks", 0),
        Reported("K45.reached", "Peluang target tercapai", "Chance of reaching the target", _RATE,
                 "chance that the month ends at or above the target", 0),
        *(
            Reported(f"{kpi}.{bound}", f"{CATALOGUE[kpi].name_id}, {name_id}", f"{CATALOGUE[kpi].name_en}, {name_en}",
                     CATALOGUE[kpi].unit, f"{meaning} of the days, from the 30 working days before the last ten",
                     CATALOGUE[kpi].decimals)
            for kpi in ("K09", "K14", "K13", "K17", "K18")
            for bound, name_id, name_en, meaning in (("centre", "tengah", "centre", "centre"),
                                                     ("lower", "batas bawah wajar", "lower limit", "lower limit"),
                                                     ("upper", "batas atas wajar", "upper limit", "upper limit"))
        ),
        Reported("K48.low", "Bagian gap, batas bawah 95 %", "Part of the gap, lower 95 % bound", _COUNT,
                 "lower bound of the part"),
        Reported("K48.high", "Bagian gap, batas atas 95 %", "Part of the gap, upper 95 % bound", _COUNT,
                 "upper bound of the part"),
        Reported("K48.shown", "Bagian gap, dibulatkan", "Part of the gap, rounded", _COUNT,
                 "the part as a whole number, so that the parts printed add up to the gap printed"),
        Reported("K48.alone", "Bagian gap, dibulatkan", "Part of the gap, rounded", _COUNT,
                 "the part of one leader as a whole number that adds up to the leader's gap"),
        Reported("K48.alone_sum", "Gap, jumlah bagian yang dicetak", "Gap, sum of the parts printed", _COUNT,
                 "the rounded parts of one leader added up: the leader's rounded gap"),
        Reported("K48.shown_sum", "Gap, jumlah bagian yang dicetak", "Gap, sum of the parts printed", _COUNT,
                 "the rounded parts added up: the rounded gap"),
        Reported("K48.recoverable", "Agree yang dapat dipulihkan", "Recoverable agrees", _COUNT,
                 "agrees that the named factors together would bring back at their reference, computed anew"),
        *(
            Reported(f"K48.{name}_{side}", f"{name_id}, {side_id}", f"{name_en}, {side_en}", unit,
                     f"of the {meaning}, in the units of the gap: {what}", decimals)
            for name, name_id, name_en, unit, what, decimals in (
                ("units", "Layanan dalam gap", "Services of the gap", _COUNT, "services, or services by day",
                 0),
                ("rate", "Langkah corong dalam gap", "Step of the funnel in the gap", _RATE, "share of the step before",
                 1),
            )
            for side, side_id, side_en, meaning in (("now", "aktual", "actual", "days of the gap"),
                                                    ("then", "acuan", "reference", "reference"))
        ),
        Reported("K48.reference", "Agree acuan", "Agrees of the reference", _COUNT, "agrees of the days compared with"),
        Reported("workable", "Data yang masih dapat digarap", "Services still to win", _CUST,
                 "services of the list open on the report date without a net agree in the month"),
        Reported("uncontacted", "Data belum terhubung", "Dialled in vain", _RATE,
                 "of the services open on the report date, those dialled in the month and never contacted", 1),
        Reported("tried_once", "Data baru sekali dicoba", "Tried once", _CUST, "of these, dialled once"),
        Reported("broken_waiting", "Janji ingkar belum dihubungi", "Broken promises left alone", _RATE,
                 "of the promises known as broken for over a working day (last 30 days), those not called since", 1),
        Reported("kept_long", "Janji berjangka panjang yang ditepati", "Long promises kept", _RATE,
                 "kept on time, of the due promises made for a day more than 5 days (rules.yml) after the agree", 1),
        Reported("returns_late", "Return lewat SLA", "Returns past their time", _COUNT,
                 "open returns older than the working days in which they are to be answered"),
        Reported("unmapped", "Hasil belum dipetakan", "Results not mapped", _RATE,
                 "attempts of the month whose result no word list knows", 1),
        Reported("refusals", "Bagian alasan", "Share of reasons", _RATE,
                 "of the attempts of the month that ended with a reason (R03-R09, R99), by reason", 1),
        Reported("refused", "Menolak karena layanan atau tagihan", "Refused over service or bill", _RATE,
                 "of the services with a right-party contact, those with R04 or R05", 1),
        Reported("failed", "Gagal sistem", "Lost by the system", _RATE, "attempts with U08, by hour", 1),
        Reported("K14.plan", "Agree rate, rencana", "Agree rate, plan", _RATE, "planned agree rate of the month", 1),
        Reported("agrees_of_record", "Agree di sistem acuan", "Agrees in the system of record", _COUNT,
                 "services and days with an agree, month to date, on days that another system has too"),
        Reported("agrees_elsewhere", "Agree di sistem lain", "Agrees in the other system", _COUNT,
                 "the same in the other systems"),
        Reported("effect", "Dampak yang diharapkan", "Expected effect", _COUNT, "agrees expected, an estimate"),
        Reported("effect.low", "Dampak, batas bawah", "Expected effect, lower bound", _COUNT, "lower 95 % bound"),
        Reported("effect.high", "Dampak, batas atas", "Expected effect, upper bound", _COUNT, "upper 95 % bound"),
        Reported("effect_kept", "Janji ditepati yang diharapkan", "Expected promises kept", _COUNT,
                 "promises expected to be kept in addition, an estimate"),
        Reported("effect_rupiah", "Dampak dalam rupiah", "Expected effect in rupiah", _RP,
                 "agrees expected × mean amount owed × kept rate, of promises kept × mean amount owed"),
        Reported("threshold", "Ambang aturan", "Threshold of a rule", _COUNT, "threshold of params/rules.yml"),
        Reported("threshold_rate", "Ambang aturan, persen", "Threshold of a rule, share", _RATE,
                 "threshold of params/rules.yml", 1),
        Reported("others_rate", "Agree rate agent lain", "Agree rate of the others", _RATE,
                 "agree rate of all other agents of the segment together", 1),
        Reported("median_dials", "Median dial per jam", "Median dials per hour", Unit.PER_HOUR,
                 "median of the agents of the segment on the report date", 1),
        Reported("untouched_old", "Data lama belum disentuh", "Untouched for long", _CUST,
                 "untouched for more than 3 working days"),
        Reported("short", "Kekurangan proyeksi", "Short at the end of the month", _COUNT, "target less projection"),
        Reported("hours_needed", "Tambahan jam agent", "Agent hours needed", Unit.HOURS,
                 "what is short ÷ agrees per login hour"),
        Reported("agents_needed", "Tambahan agent", "Agents needed", _COUNT,
                 "what is short ÷ (agrees per agent-day × working days left), rounded up"),
        Reported("lost_days", "Agent-hari hilang", "Agent-days lost", _COUNT, "planned agent-days without an agent"),
        Reported("top_share", "Bagian agent teratas", "Share of the top agents", _RATE, "of the month's agrees", 1),
        Reported("top_agents", "Agent teratas", "Top agents", _COUNT, "the best fifth of the agents, rounded up"),
        Reported("all_agents", "Agent dengan agree", "Agents", _COUNT, "agents of the segment in the month"),
        Reported("restricted", "Temuan terbatas", "Restricted findings", _COUNT,
                 "agents on the restricted sheet Integritas"),
        Reported("followed_open", "Rekomendasi lama terbuka", "Earlier recommendations open", _COUNT,
                 "open in the register at the clock of the report, restricted ones left out"),
        Reported("agents_present", "Agent hadir per hari kerja", "Agents there per working day", Unit.RATIO,
                 "agent-days of the month over its working days", 1),
        Reported("agents_needed", "Agent yang dibutuhkan", "Agents needed", _COUNT,
                 "target of the next month over agrees per agent-day of this month and its working days, rounded up"),
        Reported("agents_spare", "Agent lebih atau kurang", "Agents to spare or short", Unit.RATIO,
                 "agents there per working day less agents needed", 1),
        Reported("K21.needed", "Agree per agent-hari yang dibutuhkan", "Agrees per agent-day needed", Unit.RATIO,
                 "target of the next month over agents there per working day and its working days", 1),
        *(
            Reported(f"followed_{name}", f"Rekomendasi yang berjalan pada bulan itu{name_id}",
                     f"Recommendations that ran in the month{name_en}", _COUNT,
                     f"raised before the end of the month, not closed before it began{meaning}")
            for name, name_id, name_en, meaning in (
                ("ran", "", "", ""),
                ("effective", ", efektif", ", effective", ": the verdict is effective"),
                ("not_effective", ", tidak efektif", ", not effective", ": the verdict is not effective"),
                ("dropped", ", ditolak atau dibatalkan", ", dropped", ": rejected or cancelled"),
                ("goes_on", ", masih berjalan", ", going on", ": none of these yet"),
            )
        ),
        Reported("followed_overdue", "Rekomendasi lama lewat tenggat", "Earlier recommendations overdue", _COUNT,
                 "of these, those whose due date has passed and whose owner has not answered"),
        Reported("followed_restricted", "Rekomendasi lama terbatas", "Earlier recommendations, restricted", _COUNT,
                 "open ones of the restricted sheet"),
        Reported("workdays_overdue", "Hari kerja terlambat", "Working days overdue", _COUNT,
                 "working days since the due date of a recommendation"),
        Reported("rec_open", "Rekomendasi terbuka", "Recommendations open", _COUNT,
                 "open in the register at the clock, restricted ones left out"),
        Reported("rec_due_week", "Jatuh tempo minggu ini", "Due this week", _COUNT,
                 "of these, not answered and due up to Sunday"),
        Reported("rec_overdue", "Lewat tenggat", "Overdue", _COUNT,
                 "of these, those whose due date has passed and whose owner has not answered"),
        Reported("rec_done", "Selesai, menunggu verifikasi", "Done, waiting for the verdict", _COUNT,
                 "of these, claimed to be done"),
        Reported("rec_effective", "Terbukti efektif", "Effective", _COUNT,
                 "closed with this verdict"),
        Reported("rec_not_effective", "Terbukti tidak efektif", "Not effective", _COUNT,
                 "closed with this verdict"),
        Reported("rec_new_effective", "Baru terbukti efektif", "Newly effective", _COUNT, "measured for this issue"),
        Reported("rec_new_not_effective", "Baru terbukti tidak efektif", "Newly not effective", _COUNT,
                 "measured for this issue"),
        Reported("rec_rejected", "Ditolak", "Rejected", _COUNT,
                 "closed by a person with a reason"),
        Reported("rec_cancelled", "Dibatalkan", "Cancelled", _COUNT,
                 "closed by a person with a reason"),
        Reported("rec_to_spv", "Diteruskan ke SPV", "Goes to the SPV", _COUNT,
                 "more than 3 working days overdue, up to 5"),
        Reported("rec_to_manager", "Diteruskan ke manager", "Goes to the manager", _COUNT,
                 "more than 5 working days overdue"),
        Reported("rec_back", "Temuan yang muncul lagi", "Findings that came back", _COUNT,
                 "pairs of agent and reason seen again after closure"),
        Reported("rec_raised", "Rekomendasi dibuat", "Recommendations raised", _COUNT,
                 "all in the register, rejected and cancelled ones left out"),
        Reported("rec_stage_sent", "Terkirim", "Sent", _COUNT,
                 "of these, sent or further on"),
        Reported("rec_stage_acknowledged", "Diterima", "Acknowledged", _COUNT,
                 "of these, acknowledged or further on"),
        Reported("rec_stage_in_progress", "Dikerjakan", "In progress", _COUNT,
                 "of these, in progress or further on"),
        Reported("rec_stage_done", "Selesai", "Done", _COUNT,
                 "of these, claimed to be done or further on"),
        Reported("rec_stage_verified", "Terverifikasi", "Verified", _COUNT,
                 "of these, with a verdict"),
        Reported("rec_age.0-5", "Terbuka 0-5 hari kerja", "Open 0-5 working days", _COUNT,
                 "working days since the report that raised it"),
        Reported("rec_age.6-10", "Terbuka 6-10 hari kerja", "Open 6-10 working days", _COUNT,
                 "working days since the report that raised it"),
        Reported("rec_age.11-20", "Terbuka 11-20 hari kerja", "Open 11-20 working days", _COUNT,
                 "working days since the report that raised it"),
        Reported("rec_age.>20", "Terbuka >20 hari kerja", "Open >20 working days", _COUNT,
                 "working days since the report that raised it"),
        Reported("rec_days_open", "Hari kerja terbuka", "Working days open", _COUNT,
                 "since the report that raised it"),
        Reported("return_days", "Hari kerja sejak return", "Working days since the return", _COUNT,
                 "of one agree"),
        Reported("register_version", "Versi register", "Version of the register", _COUNT,
                 "number of the last event that the tracker knows"),
        Reported("rec_cases", "Kasus atau hari", "Cases or days", _COUNT,
                 "trials of a share, else working days, of the window before or after"),
        Reported("rec_effect", "Dampak yang diharapkan", "Expected effect", _COUNT, "as first raised, an estimate", 1),
        *(
            Reported(f"rec_difference{bound}", f"Selisih sesudah dan sebelum{name_id}",
                     f"Difference after less before{name_en}", Unit.RATIO,
                     "of a share in points; of a count per working day or trial; 90 % interval", 1)
            for bound, name_id, name_en in (("", "", ""), (".low", ", batas bawah", ", lower bound"),
                                            (".high", ", batas atas", ", upper bound"))
        ),
        Reported("agrees_apart", "Selisih agree antar aplikasi", "Agrees apart", _COUNT,
                 "difference of both counts, without sign"),
        Reported("login_hours", "Jam login", "Hours logged in", Unit.HOURS, "hours logged in", 1),
    )
}  # fmt: skip


def about(kpi: str) -> tuple[Unit, int]:
    """Return unit and decimals of a KPI of the catalogue or of a number that only reports print; unknown: KeyError.

    The numbers of a gap's guards are counts (`guard.FEW_DAYS.days`), or shares by their name.
    """
    if kpi.startswith(GUARD):
        return (Unit.RATE, 1) if ".share" in kpi else (Unit.COUNT, 0)
    known = REPORTED.get(kpi) or CATALOGUE[kpi]
    return known.unit, known.decimals
