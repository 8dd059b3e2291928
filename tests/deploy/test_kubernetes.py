"""The manifests: they fit the schemas of Kubernetes, and the restricted standard for pods."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from typing import Any

import pytest

from tests.deploy.files import DEPLOY, MANIFESTS, containers, documents, pods

PODS, CONTAINERS = dict(pods()), dict(containers())
VERSIONS = ("1.31", "1.34")
SERVED = [name for name in CONTAINERS if "Deployment/" in name and "first-" not in name]


@pytest.mark.parametrize("version", VERSIONS)
def test_they_fit_the_schemas(version: str) -> None:
    if importlib.util.find_spec("kubernetes_validate") is None:
        pytest.skip("kubernetes-validate is not installed: `make lint-deploy` does")
    words = [sys.executable, "-m", "kubernetes_validate", "--strict", "-k", version, *map(str, MANIFESTS)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("pod", PODS.values(), ids=PODS.keys())
def test_a_pod_keeps_to_the_restricted_standard(pod: dict[str, Any]) -> None:
    security = pod["securityContext"]
    assert security["runAsNonRoot"] is True
    assert security["runAsUser"] == security["runAsGroup"] == 10001
    assert security["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    assert not {"hostNetwork", "hostPID", "hostIPC"} & set(pod)
    assert not [volume for volume in pod["volumes"] if "hostPath" in volume]


@pytest.mark.parametrize("container", CONTAINERS.values(), ids=CONTAINERS.keys())
def test_a_container_writes_where_it_must_and_no_more(container: dict[str, Any]) -> None:
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    written = {each["mountPath"] for each in container["volumeMounts"] if not each.get("readOnly")}
    assert written <= {"/tmp", "/data"}
    assert set(container["resources"]) == {"requests", "limits"}
    assert all({"cpu", "memory"} <= set(each) for each in container["resources"].values())
    assert container["command"] == ["newsmint-entrypoint"]


@pytest.mark.parametrize("name", SERVED)
def test_what_runs_on_is_probed(name: str) -> None:
    assert {"livenessProbe", "readinessProbe"} <= set(CONTAINERS[name])


def test_a_worker_is_not_killed_for_a_store_that_is_away() -> None:
    worker = CONTAINERS["Deployment/worker: worker"]
    assert worker["livenessProbe"]["exec"]["command"] == ["newsmint-alive", "process"]
    assert worker["readinessProbe"]["exec"]["command"] == ["newsmint-alive", "store"]


@pytest.mark.parametrize("name", PODS)
def test_volumes_that_are_mounted_are_there_and_the_other_way_round(name: str) -> None:
    pod = PODS[name]
    there = {volume["name"] for volume in pod["volumes"]}
    mounted = {
        each["name"]
        for container in (*pod.get("initContainers", ()), *pod["containers"])
        for each in container["volumeMounts"]
    }
    assert mounted == there


def test_labels_that_a_policy_or_service_looks_for_are_worn() -> None:
    worn: list[dict[str, str]] = []
    wanted: list[dict[str, str]] = []
    for path in MANIFESTS:
        for each in documents(path):
            spec = each.get("spec", {})
            inner = spec.get("jobTemplate", {}).get("spec", spec)
            if "template" in inner:
                worn.append(inner["template"]["metadata"]["labels"])
            selector = spec.get("podSelector", spec.get("selector", {}))
            wanted.append(selector.get("matchLabels", selector if each["kind"] == "Service" else {}))
    assert len([labels for labels in wanted if labels]) >= 6
    assert all(any(labels.items() <= each.items() for each in worn) for labels in wanted)


def test_nobody_speaks_with_anybody_unless_a_policy_says_so() -> None:
    policies = {each["metadata"]["name"]: each["spec"] for each in documents(DEPLOY / "kubernetes/network.yaml")}
    assert policies["nobody"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    [rule] = policies["internet"]["egress"]
    assert {"10.0.0.0/8", "169.254.0.0/16", "127.0.0.0/8"} <= set(rule["to"][0]["ipBlock"]["except"])
    assert [each["port"] for each in rule["ports"]] == [80, 443]
