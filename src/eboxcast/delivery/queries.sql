-- bound_claim --
-- Give up a claim whose worker is frozen in the middle of it: nobody else can claim in that run meanwhile. The server
-- waits for the rest of the journey, which is neither idle in a transaction nor a statement. Before PostgreSQL 17
-- there is no such limit, and it is the end of the worker's process or connection that frees the others.
select set_config('transaction_timeout', %(seconds)s::text || 's', true)
where current_setting('server_version_num')::int >= 170000

-- lock_run --
-- One claim at a time in a run: who waits here sees with his next statement what the others did.
select id from run where id = %(run)s for update

-- claim_next --
-- Make the next batch ours that nobody works on, or whose worker let its lease run out; the attempt is the claim.
-- What was decided about the run (pause, pace, parallel, window) counts here, from one claim to the next.
-- Leases and pace go by the time of the world; the window goes by the clock of the installation, which may be moved.
with asked as (
    select state, parallel, rate, coalesce(now() + clock_offset >= not_after_at, false) as over,
           greatest(not_before_at - clock_offset, next_claim_at) - now() as wait
    from run cross join installation where run.id = %(run)s
), work as (
    select count(*) as left, count(*) filter (where state = 'claimed' and lease_until > now()) as busy,
           coalesce(bool_or(number = 0), false) as opening
    from batch where run_id = %(run)s and state <> 'done'
), next as (
    select b.id
    from asked cross join work cross join batch b
    where b.run_id = %(run)s and (b.state = 'waiting' or b.state = 'claimed' and b.lease_until <= now())
      and asked.state = 'running' and not asked.over and coalesce(asked.wait, '0') <= '0'
      and work.busy < case when work.opening then 1 else asked.parallel end
    order by b.number
    limit 1
    for update of b skip locked
), claimed as (
    update batch
    set state = 'claimed', attempt = attempt + 1, claimed_by = %(worker)s, lease_until = now() + %(lease)s
    from next where batch.id = next.id
    returning batch.id, number, attempt, first_bucket, last_bucket, recipients_count
), paced as (
    update run
    set next_claim_at = greatest(coalesce(next_claim_at, now()), now())
                        + make_interval(secs => claimed.recipients_count / run.rate)
    from claimed where run.id = %(run)s and run.rate > 0
)
select asked.state, asked.over, extract(epoch from asked.wait)::float8, work.left, claimed.*
from asked cross join work left join claimed on true

-- hold_back --
-- Let the next claim wait for as long as the rate, or the provider, asks.
update run set next_claim_at = greatest(coalesce(next_claim_at, now()), now()) + %(wait)s where id = %(run)s

-- extend_lease --
-- Keep a batch a while longer; finds nothing when somebody took it over.
update batch set lease_until = now() + %(lease)s
where id = %(batch)s and attempt = %(attempt)s and state = 'claimed'
returning id

-- may_go_on --
-- Whether a batch that takes long may be gone on with; the window goes by the clock of the installation.
select run.id from run cross join installation
where run.id = %(run)s and state = 'running' and coalesce(now() + clock_offset < not_after_at, true)

-- give_batch_back --
-- Let somebody else work on the batch, or us, later.
update batch set state = 'waiting', lease_until = null
where id = %(batch)s and attempt = %(attempt)s and state = 'claimed'
returning id

-- finish_batch --
-- The result of a batch counts only for the claim that is in force.
update batch
set state = 'done', lease_until = null, done_at = now(),
    sent_count = %(sent)s, refused_count = %(refused)s, unknown_count = %(unknown)s
where id = %(batch)s and attempt = %(attempt)s and state = 'claimed'
returning id

-- pace_of_run --
-- Recipients of the batches that were done lately, and in how many seconds.
select coalesce(sum(recipients_count), 0)::bigint,
       extract(epoch from now() - greatest(min(done_at), now() - %(lately)s))::float
from batch where run_id = %(run)s and state = 'done' and number > 0 and done_at > now() - %(lately)s

-- curve_of_run --
-- How a run went by the batches that are done, in at most so many slots of whole seconds since the first one ended:
-- slot, its length, and the recipients tried in it.
with done as (
    select done_at, sent_count + refused_count + unknown_count as tried
    from batch where run_id = %(run)s and state = 'done' and done_at is not null
), span as (
    select min(done_at) as first,
           greatest(1, ceil(extract(epoch from max(done_at) - min(done_at)) / %(slots)s))::int as seconds
    from done
)
select (extract(epoch from done_at - first) / seconds)::int as slot, seconds, sum(tried)::bigint
from done cross join span
group by slot, seconds
order by slot

-- busy_workers --
-- Who works on a run now, on how many batches, and until when at the latest.
select claimed_by, count(*), max(lease_until)
from batch where run_id = %(run)s and state = 'claimed' and lease_until > now()
group by claimed_by
order by claimed_by

-- release_claims --
-- Take every batch from whoever holds it: a worker that wakes up finds that it is no longer his.
update batch set state = 'waiting', lease_until = null, attempt = attempt + 1
where run_id = %(run)s and state = 'claimed'

-- sums_of_run --
-- How far a run is.
select coalesce(sum(recipients_count) filter (where state = 'done'), 0)::bigint,
       coalesce(sum(sent_count), 0)::bigint,
       coalesce(sum(refused_count), 0)::bigint,
       coalesce(sum(unknown_count), 0)::bigint,
       count(*) filter (where state <> 'done'),
       count(*) filter (where state = 'claimed' and lease_until > now())
from batch where run_id = %(run)s

-- speed_of_sending --
-- How many recipients a run was done with while somebody worked on it, and in how many seconds; pauses left out.
select coalesce(sum(recipients_count), 0)::bigint, coalesce(sum(seconds), 0)::float8
from (
    select b.recipients_count,
           extract(epoch from b.done_at - lag(b.done_at, 1, greatest(r.launched_at, r.not_before_at) - clock_offset)
                                          over (order by b.done_at)) as seconds
    from batch b join run r on r.id = b.run_id cross join installation
    where b.run_id = %(run)s and b.state = 'done'
) as done
where seconds between 0 and %(pause)s

-- gauge_runs --
-- How many runs there are, by state.
select environment, state, count(*) from run group by environment, state

-- gauge_recipients --
-- What became of the recipients of all runs; of runs under way by their batches, found by run.
select r.environment,
       sum(coalesce(r.published_count, b.sent))::bigint,
       sum(coalesce(r.refused_count, b.refused))::bigint,
       sum(coalesce(r.unknown_count, b.unknown))::bigint,
       sum(coalesce(r.not_attempted_count, 0))::bigint,
       sum(case when r.published_count is null then r.recipients_count - b.sent - b.refused - b.unknown else 0 end)::bigint
from run r
cross join lateral (
    select coalesce(sum(sent_count), 0) as sent, coalesce(sum(refused_count), 0) as refused,
           coalesce(sum(unknown_count), 0) as unknown
    from batch where batch.run_id = r.id and r.published_count is null
) as b
where r.recipients_count is not null and (r.published_count is not null or r.state not in ('discarded', 'superseded'))
group by r.environment

-- gauge_batches --
-- The batches of runs that are not over: waiting, busy, fallen silent; attempts beyond the first; lanes; queue age.
-- `offset 0` keeps the planner from joining the other way round: batches are read run by run, never all of them.
select r.environment,
       count(*) filter (where b.state = 'waiting'),
       count(*) filter (where b.state = 'claimed' and b.lease_until > now()),
       count(*) filter (where b.state = 'claimed' and b.lease_until <= now()),
       sum(greatest(b.attempt - 1, 0))::bigint,
       count(distinct b.claimed_by) filter (where b.state = 'claimed' and b.lease_until > now()),
       greatest(0, coalesce(extract(epoch from now() - min(greatest(r.launched_at, r.not_before_at) - clock_offset)
           filter (where b.state = 'waiting' and r.state = 'running')), 0))::float8
from run r cross join installation
cross join lateral (select * from batch where batch.run_id = r.id offset 0) as b
where r.state in ('running', 'paused', 'stopped', 'failed')
group by r.environment

-- gauge_rate --
-- How many recipients were done in the last minute: by batches, or all at once on our own eBoxes.
select r.environment,
       sum(case when b.batches > 0 then b.lately
                when r.visible_at > now() + (select clock_offset from installation) - interval '1 minute' then coalesce(r.published_count, 0)
                else 0 end)::bigint
from run r
cross join lateral (
    select count(*) as batches,
           coalesce(sum(recipients_count) filter (where done_at > now() - interval '1 minute'), 0) as lately
    from batch where batch.run_id = r.id
) as b
where r.state in ('running', 'paused', 'stopped', 'failed')
   or r.visible_at > now() + (select clock_offset from installation) - interval '1 minute'
   or exists (
       select from intent i
       where i.run_id = r.id and i.action = 'launch' and i.done_at > now() + (select clock_offset from installation) - interval '1 minute'
   )
group by r.environment

-- gauge_intents --
-- What somebody wants of a run and has no result yet, and for how long.
select r.environment, count(*), extract(epoch from now() - min(i.asked_at - clock_offset))::float8
from intent i join run r on r.id = i.run_id cross join installation
where i.done_at is null
group by r.environment

-- gauge_control --
-- Audit entries, and the size of the control database.
select (select count(*) from audit_entry), pg_database_size(current_database())

-- worker_alive --
-- A worker gives a sign of life.
insert into worker (host, pid, environment, version, started_at, seen_at)
values (%(host)s, %(pid)s, %(environment)s, %(version)s, now(), now())
on conflict (host, pid) do update
set environment = excluded.environment, version = excluded.version, seen_at = now()

-- worker_ended --
-- A worker ended, or is known to have died.
delete from worker where host = %(host)s and pid = %(pid)s

-- forget_silent_workers --
-- Whoever was silent for so long does not come back.
delete from worker where seen_at < now() - %(remembered)s

-- workers_of_host --
-- The processes of one machine.
select pid from worker where host = %(host)s

-- workers_of_environment --
-- How many work, how many fell silent and since when, and with which versions those that work do.
select count(*) filter (where seen_at > now() - %(silent)s),
       count(*) filter (where seen_at <= now() - %(silent)s),
       min(seen_at) filter (where seen_at <= now() - %(silent)s),
       coalesce(array_agg(distinct version) filter (where seen_at > now() - %(silent)s), '{}')
from worker where environment = %(environment)s
