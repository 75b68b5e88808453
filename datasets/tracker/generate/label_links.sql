-- Polymorphic: (target_type, target_id) names an issue or a merge request, and no foreign key can watch over it.
truncate label_links;
insert into label_links
select i,
       case when on_issue then generator.project_of_issue(target_id) else generator.project_of_merge_request(target_id) end
           + generator.projects() * generator.skewed(h, 2) % (3 * generator.projects()),
       case when on_issue then 'Issue' else 'MergeRequest' end,
       target_id,
       generator.worked(h, i, generator.label_links())
from (
    select i, h, on_issue,
           case when on_issue then generator.recent(generator.hash(i, 552), i, generator.label_links(), generator.issues())
                else generator.recent(generator.hash(i, 552), i, generator.label_links(), generator.merge_requests()) end as target_id
    from (
        select i, generator.hash(i, 551) as h, generator.hash(i, 553) & 7 < 5 as on_issue
        from generate_series(1, generator.label_links()) as i
        offset 0
    ) as drawn
    offset 0
) as l;
