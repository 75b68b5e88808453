"""What a page of the anti-pattern book works with: a database of its own, measurements, claims that must hold."""

from perfkit.book.measured import Measured as Measured
from perfkit.book.page import Page as Page
from perfkit.book.page import open_page as open_page
