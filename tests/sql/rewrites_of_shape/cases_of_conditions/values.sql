-- a key as text
select id from moments where id::text = '7'
--> constant-to-column-type (cast-on-column, implicit-type-mismatch, expression-no-statistics, missing-expression-index)
--> select id from moments where id = 7
-->   if id is of type bigint
-->   same 1 rows

-- a key as text that is no number
select id from moments where id::text = '07'
--> nothing

-- a parameter with 7
select id from moments where id::text = $1
--> constant-to-column-type (cast-on-column, implicit-type-mismatch, expression-no-statistics, missing-expression-index)
--> select id from moments where id = $1::bigint
-->   if id is of type bigint
-->   but a value that is no bigint becomes an error
-->   same 1 rows

-- a key as a number with a fraction of nothing
select id from moments where id = 7.0
--> constant-to-column-type (cast-on-column, implicit-type-mismatch, expression-no-statistics, missing-expression-index)
--> select id from moments where id = 7
-->   if id is of type bigint
-->   same 1 rows

-- a key as a number with a fraction
select id from moments where id = 7.5
--> nothing

-- a parameter cast to numeric with 7
select id from moments where kind = $1::numeric
--> constant-to-column-type (cast-on-column, implicit-type-mismatch, expression-no-statistics, missing-expression-index)
--> select id from moments where kind = $1::smallint
-->   if kind is of type smallint
-->   but the value must be a whole number: with a fraction it is an error, or is rounded
-->   same 0 rows

-- a value in an array
select id from moments where 't1' = any(tags)
--> any-to-containment (any-array-not-indexable, expression-no-statistics)
--> select id from moments where tags @> array['t1']::text[]
-->   if a NULL, as value or as array, is found by neither
-->   same 80 rows

-- two values in an array
select id from moments where 't1' = any(tags) or 'u2' = any (tags)
--> any-to-containment (any-array-not-indexable, expression-no-statistics)
--> select id from moments where tags @> array['t1']::text[] or tags @> array['u2']::text[]
-->   if a NULL, as value or as array, is found by neither
-->   same 121 rows

-- a value not in an array
select id from moments where not ('t1' = any(tags))
--> nothing

-- an array of the statement's own
select id from moments where room = any(array[1, 2])
--> nothing

-- a long list of rows
select id from moments where (kind, room) in ((0,0),(0,1),(0,2),(0,3),(1,0),(1,1),(1,2),(1,3),(2,0),(2,1),(2,2),(2,3),(3,0),(3,1),(3,2),(4,0),(4,1),(4,2),(4,3),(5,0),(5,1),(5,2),(5,3),(6,0),(6,1),(6,2),(6,3),(7,0),(7,1),(7,2))
--> row-list-to-values (large-in-list, planning-dominates, or-across-columns)
--> select id from moments where (kind, room) in (values (0,0), (0,1), (0,2), (0,3), (1,0), (1,1), (1,2), (1,3), (2,0), (2,1), (2,2), (2,3), (3,0), (3,1), (3,2), (4,0), (4,1), (4,2), (4,3), (5,0), (5,1), (5,2), (5,3), (6,0), (6,1), (6,2), (6,3), (7,0), (7,1), (7,2))
-->   if IN over VALUES finds the same rows once each
-->   same 390 rows

-- a short list
select id from moments where id in (1, 2, 3)
--> nothing
