"""Servers of our own: which programs there are, which servers run, start and stop."""

from __future__ import annotations

from perfkit.db.servers.known import installations, known_servers, server
from perfkit.db.servers.majors import end_of_life, known_majors
from perfkit.db.servers.provider import Provider, providers
from perfkit.db.servers.status import ServerStatus
from perfkit.db.servers.supervisor import Server

__all__ = [
    "Provider",
    "Server",
    "ServerStatus",
    "end_of_life",
    "installations",
    "known_majors",
    "known_servers",
    "providers",
    "server",
]
