"""The anti-pattern book: its pages executed, and made into a site that works from a folder."""

from perfkit.report.site.build import Outcome as Outcome
from perfkit.report.site.build import build_site as build_site
from perfkit.report.site.pages import BookPage as BookPage
from perfkit.report.site.pages import book_pages as book_pages
from perfkit.report.site.pages import chosen_pages as chosen_pages
from perfkit.report.site.pages import read_page as read_page
