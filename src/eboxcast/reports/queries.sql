-- outcome_kinds --
-- Which outcomes a release has.
select distinct kind, code
from outcome
where bucket = any(array(select generate_series(0, %(last_bucket)s))) and release = %(release)s
union
select distinct kind, '' from call_range where release = %(release)s
union
select distinct kind, '' from named_call where release = %(release)s
order by 1, 2

-- read_outcome --
-- All keys with one outcome, by look-ups of the buckets.
copy (
    select keys from outcome
    where bucket = any(array(select generate_series(0, %(last_bucket)s))) and release = %(release)s
      and kind = %(kind)s and code = %(code)s
) to stdout (format binary)

-- readings_by_day --
-- How many read a release for the first time on each day.
select day, sum(count)::bigint
from read_tally
where release = %(release)s
group by day
order by day
