"""What records call by machine words, for people: commands, how they ended, what stations told."""

from collections.abc import Mapping
from typing import Final

from csms.language.reader import spoken
from csms.language.said import Said

COMMANDS: Final[Mapping[str, str]] = {
    "cancel_reservation": Said("cancel reservation"),
    "change_availability": Said("change availability"),
    "clear_cache": Said("clear cache"),
    "clear_message": Said("clear message"),
    "clear_monitors": Said("clear monitors"),
    "clear_profiles": Said("clear profiles"),
    "composite_schedule": Said("composite schedule"),
    "customer_data": Said("customer data"),
    "delete_certificate": Said("delete certificate"),
    "deliver_certificate": Said("deliver certificate"),
    "fetch_diagnostics": Said("fetch diagnostics"),
    "fetch_log": Said("fetch log"),
    "install_certificate": Said("install certificate"),
    "publish_firmware": Said("publish firmware"),
    "read_certificates": Said("read certificates"),
    "read_list_version": Said("read list version"),
    "read_settings": Said("read settings"),
    "read_variables": Said("read variables"),
    "request_inventory": Said("request inventory"),
    "request_messages": Said("request messages"),
    "request_monitors": Said("request monitors"),
    "request_profiles": Said("request profiles"),
    "request_variables": Said("request variables"),
    "reserve": Said("reserve"),
    "reset": Said("reset"),
    "send_data": Said("send data"),
    "send_local_list": Said("send local list"),
    "set_monitoring_base": Said("set monitoring base"),
    "set_monitoring_level": Said("set monitoring level"),
    "set_monitors": Said("set monitors"),
    "set_network_profile": Said("set network profile"),
    "set_profile": Said("set profile"),
    "show_message": Said("show message"),
    "start": Said("start"),
    "stop": Said("stop"),
    "tell_cost": Said("tell cost"),
    "transaction_status": Said("transaction status"),
    "trigger": Said("trigger"),
    "unlock": Said("unlock"),
    "unpublish_firmware": Said("unpublish firmware"),
    "update_firmware": Said("update firmware"),
    "write_setting": Said("write setting"),
    "write_variables": Said("write variables"),
}
STATUSES: Final[Mapping[str, str]] = {
    "accepted": Said("accepted"),
    "scheduled": Said("scheduled"),
    "reboot_required": Said("reboot required"),
    "rejected": Said("rejected"),
    "unknown": Said("unknown"),
    "not_supported": Said("not supported"),
    "failed": Said("failed"),
    "timed_out": Said("timed out"),
    "not_sent": Said("not sent"),
    "waiting": Said("waiting"),
}
_NOTICES: Final[Mapping[str, str]] = {
    "alerts": Said("alerts"),
    "certificate_status": Said("certificate status"),
    "customer_data": Said("customer data"),
    "job_progress": Said("job progress"),
    "limit": Said("limit"),
    "limit_released": Said("limit released"),
    "limits_ignored": Said("limits ignored"),
    "limits_misread": Said("limits misread"),
    "limits_refused": Said("limits refused"),
    "messages": Said("messages"),
    "monitors": Said("monitors"),
    "needs": Said("needs"),
    "profiles": Said("profiles"),
    "reports_missing": Said("reports missing"),
    "reservation_ended": Said("reservation ended"),
    "security": Said("security"),
    "signing": Said("signing"),
    "transaction_closed": Said("transaction closed"),
    "variables": Said("variables"),
    "vehicle_certificate": Said("vehicle certificate"),
    "vehicle_schedule": Said("vehicle schedule"),
}


def command_word(kind: str) -> str:
    """A command by its name."""
    return spoken(COMMANDS.get(kind, _split(kind)))


def status_word(status: str | None) -> str:
    """What came of a command; None: nothing yet."""
    if status is None:
        return spoken(Said("no answer"))
    return spoken(STATUSES.get(status, _split(status)))


def notice_word(kind: str) -> str:
    """What a station has told, or was found of it."""
    return spoken(_NOTICES.get(kind, _split(kind)))


def _split(name: str) -> str:
    return name.replace("_", " ")
