"""The profile says what the reference page promises."""

import json

import pytest

from sandboxes import policy, seccomp
from sandboxes.limits import MIB, Limits


def placement(slot: int = 3) -> policy.Placement:
    return policy.Placement(slot=slot, key="run-1", boot_id="boot", scope="s", deadline=12.5)


def test_host_config_flag_by_flag() -> None:
    limits = Limits(memory_bytes=64 * MIB, pids=9, disk_bytes=5 * MIB, inodes=77)
    found = policy.host_config(limits, placement())
    assert found["NetworkMode"] == "none"
    assert found["ReadonlyRootfs"] is True
    assert found["CapDrop"] == ["ALL"]
    assert found["CapAdd"] == ["SETUID", "SETGID", "KILL"]
    assert found["SecurityOpt"][0] == "no-new-privileges"
    assert found["Memory"] == found["MemorySwap"] == 64 * MIB
    assert found["PidsLimit"] == 10
    assert found["IpcMode"] == "private"
    assert found["LogConfig"]["Type"] == "none"
    assert {"Name": "core", "Soft": 0, "Hard": 0} in found["Ulimits"]
    assert found["Tmpfs"]["/sandbox"] == (
        f"rw,exec,nosuid,nodev,size={5 * MIB},nr_inodes=77,mode=0700,uid=10004,gid=10004"
    )
    assert "noexec" in found["Tmpfs"]["/tmp"]
    assert not {"Binds", "Mounts", "Privileged", "Devices"} & found.keys()
    assert "Runtime" not in found


def test_runtime_is_a_parameter() -> None:
    special = policy.Placement(slot=0, key="k", boot_id="b", scope="s", deadline=0, runtime="runsc")
    assert policy.host_config(Limits(), special)["Runtime"] == "runsc"


def test_container_has_labels_and_no_environment() -> None:
    found = policy.container_config("image", Limits(), placement())
    assert found["Env"] == []
    assert found["Labels"] == {
        "runarena.owner": "runarena",
        "runarena.key": "run-1",
        "runarena.boot": "boot",
        "runarena.scope": "s",
        "runarena.slot": "3",
        "runarena.deadline": "12.500",
        "runarena.policy": policy.POLICY_VERSION,
    }


def test_each_slot_has_its_own_uid() -> None:
    assert len({placement(slot).uid for slot in range(50)}) == 50
    assert placement(0).uid == 10001


def test_nothing_denied_is_allowed() -> None:
    named = {
        name for rule in seccomp.profile()["syscalls"] if rule["action"] != "SCMP_ACT_ERRNO" for name in rule["names"]
    }
    assert not named & seccomp.DENIED
    assert {"read", "execve", "socket"} <= named


def test_filter_denies_by_default_and_sends_clone3_back() -> None:
    profile = json.loads(seccomp.profile_json())
    assert (profile["defaultAction"], profile["defaultErrnoRet"]) == ("SCMP_ACT_ERRNO", 1)
    (clone3,) = (rule for rule in profile["syscalls"] if "clone3" in rule["names"])
    assert (clone3["action"], clone3["errnoRet"]) == ("SCMP_ACT_ERRNO", 38)
    assert all(not arch["subArchitectures"] for arch in profile["archMap"])


@pytest.mark.parametrize("call", ["socket", "socketpair", "personality", "clone"])
def test_calls_with_conditions_are_never_allowed_without(call: str) -> None:
    rules = [rule for rule in seccomp.profile()["syscalls"] if call in rule["names"]]
    assert rules
    assert all(rule["args"] for rule in rules)
