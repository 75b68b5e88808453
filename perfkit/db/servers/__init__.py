"""Servers of our own: which programs there are, which servers run, start and stop."""

from __future__ import annotations

from perfkit.db.servers.known import known_servers, server
from perfkit.db.servers.provider import Provider, providers
from perfkit.db.servers.status import ServerStatus
from perfkit.db.servers.supervisor import Server

__all__ = ["Provider", "Server", "ServerStatus", "known_servers", "providers", "server"]
