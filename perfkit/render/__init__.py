"""Values to text, Markdown, HTML and charts."""

from perfkit.render.bundle import mimebundle as mimebundle
from perfkit.render.bundle import to_html as to_html
from perfkit.render.bundle import to_markdown as to_markdown
from perfkit.render.bundle import to_text as to_text
from perfkit.render.charts import Chart as Chart
from perfkit.render.charts import chart_of_samples as chart_of_samples
from perfkit.render.sections import Section as Section
from perfkit.render.sections import sections as sections
