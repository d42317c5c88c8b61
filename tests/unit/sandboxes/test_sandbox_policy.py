"""The profile says what the reference page promises."""

import json
import struct
from typing import Any

import pytest

from sandboxes import policy, seccomp
from sandboxes.agent import namespace, privilege
from sandboxes.limits import MIB, Limits


def placement(slot: int = 3, *, isolation: str = policy.CONTAINER, runtime: str = "") -> policy.Placement:
    return policy.Placement(
        slot=slot, isolation=isolation, boot_id="boot", scope="s", pool="p", deadline=12.5, runtime=runtime
    )


def test_a_warm_sandbox_has_no_writable_place_no_capability_and_no_root() -> None:
    limits = Limits(memory_bytes=64 * MIB, pids=9)
    warm = policy.container_config("image", limits, placement(isolation=policy.NAMESPACE), preload="/opt/x.py")
    found = warm["HostConfig"]
    assert (warm["User"], warm["Cmd"]) == ("10004:10004", ["namespace", "/opt/x.py"])
    assert (found["CapDrop"], "CapAdd" in found, "Tmpfs" in found) == (["ALL"], False, False)
    assert (found["ReadonlyRootfs"], found["NetworkMode"], found["PidsLimit"]) == (True, "none", 13)
    assert found["SecurityOpt"][0] == "no-new-privileges"
    # the agent hides them itself, or the kernel would refuse each run a /proc of its own
    assert (found["MaskedPaths"], found["ReadonlyPaths"]) == (list(policy.HIDDEN_OUTSIDE_PROC), [])


def test_mounts_are_read_only() -> None:
    mount = {"Type": "bind", "Source": "/a", "Target": "/b"}
    (found,) = policy.host_config(Limits(), placement(), (mount,))["Mounts"]
    assert found == {**mount, "ReadOnly": True}


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
    assert found["Mounts"] == []
    assert not {"Binds", "Privileged", "Devices", "MaskedPaths"} & found.keys()
    assert "Runtime" not in found


def test_runtime_is_a_parameter() -> None:
    assert policy.host_config(Limits(), placement(runtime="runsc"))["Runtime"] == "runsc"


def test_container_has_labels_and_no_environment() -> None:
    found = policy.container_config("image", Limits(), placement())
    assert found["Env"] == []
    assert found["Labels"] == {
        "runarena.owner": "runarena",
        "runarena.pool": "p",
        "runarena.isolation": "container",
        "runarena.boot": "boot",
        "runarena.scope": "s",
        "runarena.slot": "3",
        "runarena.deadline": "12.500",
        "runarena.policy": policy.POLICY_VERSION,
    }


def test_each_slot_has_its_own_uid() -> None:
    assert len({placement(slot).uid for slot in range(50)}) == 50
    assert placement(0).uid == 10001


def allowed(profile: dict[str, Any]) -> set[str]:
    return {name for rule in profile["syscalls"] if rule["action"] != "SCMP_ACT_ERRNO" for name in rule["names"]}


def test_nothing_denied_is_allowed() -> None:
    named = allowed(seccomp.profile())
    assert not named & seccomp.DENIED
    assert {"read", "execve", "socket"} <= named


def test_the_agents_filter_takes_back_all_that_its_container_has_more_than_a_program_may() -> None:
    more = allowed(seccomp.agent_profile()) - allowed(seccomp.profile())
    assert more == set(seccomp.FOR_NAMESPACES)
    for machine in privilege.MACHINES.values():
        tables = (machine.denied, machine.on_process, machine.on_target)
        assert [set(table) for table in tables] == [more, set(privilege.ON_PROCESS), set(privilege.ON_TARGET)]
        numbers = [machine.clone, machine.clone3, *(number for table in tables for number in table.values())]
        assert len(set(numbers)) == len(numbers)
    conditions = [rule["args"] for rule in seccomp.profile()["syscalls"] if rule["names"] == ["clone"]]
    assert [args[0]["value"] for args in conditions] == [privilege.NAMESPACE_FLAGS]
    assert {"names": ["clone"], "action": "SCMP_ACT_ALLOW", "args": []} in seccomp.agent_profile()["syscalls"]


def test_a_browser_may_make_the_namespaces_of_its_own_sandbox_and_nothing_else() -> None:
    assert allowed(seccomp.browser_profile()) - allowed(seccomp.profile()) == {"chroot", "unshare"}
    rules = seccomp.browser_profile()["syscalls"]
    unshare = [rule["args"] for rule in rules if "unshare" in rule["names"]]
    assert unshare == [[{"index": 0, "value": seccomp.NEW_USER, "op": "SCMP_CMP_EQ"}]]
    clones = [rule["args"] for rule in rules if "clone" in rule["names"]]
    assert all(len(args) == 1 and args[0]["value"] == seccomp.NEW_NAMESPACE_FLAGS for args in clones)
    user, pid, net = seccomp.NEW_USER, seccomp.NEW_PID, seccomp.NEW_NET
    assert [args[0]["valueTwo"] for args in clones] == [0, user, user | pid | net, pid]


def test_only_a_container_with_an_inner_sandbox_gets_the_browsers_filter() -> None:
    def calls(*, inner_sandbox: bool, isolation: str = policy.CONTAINER) -> dict[str, Any]:
        where = placement(isolation=isolation)
        found = policy.container_config("image", Limits(), where, inner_sandbox=inner_sandbox)["HostConfig"]
        assert (found["CapDrop"], found["NetworkMode"], found["ReadonlyRootfs"]) == (["ALL"], "none", True)
        told, filtered = found["SecurityOpt"]
        assert told == "no-new-privileges"
        return dict(json.loads(filtered.removeprefix("seccomp=")))

    assert calls(inner_sandbox=True) == json.loads(seccomp.as_json(seccomp.browser_profile()))
    assert calls(inner_sandbox=False) == json.loads(seccomp.as_json(seccomp.profile()))
    warm = calls(inner_sandbox=True, isolation=policy.NAMESPACE)
    assert warm == json.loads(seccomp.as_json(seccomp.agent_profile()))


@pytest.mark.parametrize("machine", privilege.MACHINES)
def test_the_agents_filter_is_a_well_formed_program(machine: str) -> None:
    text = privilege.filter_program(machine)
    lines = list(struct.iter_unpack("=HBBI", text))
    assert len(lines) * 8 == len(text)
    for number, (code, yes, no, _) in enumerate(lines):
        assert number + 1 + max(yes, no) < len(lines) or code == privilege.RETURN
    assert lines[-1] == (privilege.RETURN, 0, 0, privilege.ALLOW)


def test_an_unknown_machine_gets_no_filter_and_so_no_program() -> None:
    with pytest.raises(OSError, match="vax"):
        privilege.filter_program("vax")


def test_the_agent_mounts_what_the_policy_says() -> None:
    sizes = (namespace.SCRATCH_BYTES, namespace.SCRATCH_INODES, namespace.SHARED_MEMORY_BYTES, namespace.WORK)
    assert sizes == (policy.SCRATCH_BYTES, policy.SCRATCH_INODES, policy.SHARED_MEMORY_BYTES, policy.WORK)


def test_filter_denies_by_default_and_sends_clone3_back() -> None:
    profile = json.loads(seccomp.as_json(seccomp.profile()))
    assert (profile["defaultAction"], profile["defaultErrnoRet"]) == ("SCMP_ACT_ERRNO", 1)
    (clone3,) = (rule for rule in profile["syscalls"] if "clone3" in rule["names"])
    assert (clone3["action"], clone3["errnoRet"]) == ("SCMP_ACT_ERRNO", 38)
    assert all(not arch["subArchitectures"] for arch in profile["archMap"])


@pytest.mark.parametrize("call", ["socket", "socketpair", "personality", "clone"])
def test_calls_with_conditions_are_never_allowed_without(call: str) -> None:
    rules = [rule for rule in seccomp.profile()["syscalls"] if call in rule["names"]]
    assert rules
    assert all(rule["args"] for rule in rules)
