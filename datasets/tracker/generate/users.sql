-- The city decides country and time zone; big cities are common, small ones rare.
truncate users;
insert into users
select i,
       username,
       username || '@' || (array['example.com', 'example.org', 'example.net'])[1 + generator.pick(h1 >> 20, 3)::integer],
       initcap(generator.noun(h1)) || ' ' || initcap(generator.noun(h1 >> 6)),
       case when h2 & 1023 < 920 then 'active' when h2 & 1023 < 1000 then 'deactivated' else 'blocked' end,
       c.city, c.country, c.time_zone,
       generator.uuid(i, 110),
       case when h2 & 1023 < 920 then generator.the_end() - generator.seconds(generator.skewed(generator.hash(i, 103), 26)) end,
       generator.founded(generator.hash(i, 104), i, generator.users()),
       case when h2 & 1023 >= 1000 then generator.the_end() - generator.seconds(generator.pick(h2 >> 10, 90000000)) end
from (
    select i,
           generator.noun(generator.hash(i, 101)) || '.' || generator.noun(generator.hash(i, 101) >> 6) || i as username,
           generator.hash(i, 101) as h1,
           generator.hash(i, 102) as h2,
           1 + generator.skewed(generator.hash(i, 105), 5)::integer as place
    from generate_series(1, generator.users()) as i
    offset 0
) as person
join (values
    (1, 'London', 'United Kingdom', 'Europe/London'), (2, 'Berlin', 'Germany', 'Europe/Berlin'),
    (3, 'Paris', 'France', 'Europe/Paris'), (4, 'New York', 'United States', 'America/New_York'),
    (5, 'Bengaluru', 'India', 'Asia/Kolkata'), (6, 'Sao Paulo', 'Brazil', 'America/Sao_Paulo'),
    (7, 'Tokyo', 'Japan', 'Asia/Tokyo'), (8, 'Munich', 'Germany', 'Europe/Berlin'),
    (9, 'Warsaw', 'Poland', 'Europe/Warsaw'), (10, 'Toronto', 'Canada', 'America/Toronto'),
    (11, 'Madrid', 'Spain', 'Europe/Madrid'), (12, 'Lyon', 'France', 'Europe/Paris'),
    (13, 'Manchester', 'United Kingdom', 'Europe/London'), (14, 'Seattle', 'United States', 'America/Los_Angeles'),
    (15, 'Pune', 'India', 'Asia/Kolkata'), (16, 'Sydney', 'Australia', 'Australia/Sydney'),
    (17, 'Osaka', 'Japan', 'Asia/Tokyo'), (18, 'Krakow', 'Poland', 'Europe/Warsaw'),
    (19, 'Oslo', 'Norway', 'Europe/Oslo'), (20, 'Vienna', 'Austria', 'Europe/Vienna'),
    (21, 'Lisbon', 'Portugal', 'Europe/Lisbon'), (22, 'Nairobi', 'Kenya', 'Africa/Nairobi'),
    (23, 'Reykjavik', 'Iceland', 'Atlantic/Reykjavik'), (24, 'Helsinki', 'Finland', 'Europe/Helsinki'),
    (25, 'Tallinn', 'Estonia', 'Europe/Tallinn'), (26, 'Santiago', 'Chile', 'America/Santiago'),
    (27, 'Hanoi', 'Vietnam', 'Asia/Ho_Chi_Minh'), (28, 'Wellington', 'New Zealand', 'Pacific/Auckland'),
    (29, 'Cape Town', 'South Africa', 'Africa/Johannesburg'), (30, 'Bologna', 'Italy', 'Europe/Rome'),
    (31, 'Ghent', 'Belgium', 'Europe/Brussels'), (32, 'Zurich', 'Switzerland', 'Europe/Zurich')
) as c (place, city, country, time_zone) using (place)
order by i;
