"""EXPLAIN capture, sampling, environment."""

from perfkit.capture.capture import capture as capture
from perfkit.capture.values import Capture as Capture
from perfkit.capture.values import Counters as Counters
from perfkit.capture.values import Measurement as Measurement
from perfkit.capture.values import Query as Query
from perfkit.capture.values import Samples as Samples

SCHEMA = "perfkit.capture/1"
