-- lock_run --
-- One claim at a time in a run; what was decided about it (pause, pace, window) counts from the next claim on.
select state, now(), not_before_at, not_after_at, next_claim_at, parallel, rate from run where id = %(run)s for update

-- next_batch --
-- The next batch nobody works on: one that waits, or one whose worker let its lease run out.
select id, number, first_bucket, last_bucket, recipients_count, attempt
from batch
where run_id = %(run)s and (state = 'waiting' or state = 'claimed' and lease_until <= now())
order by number
limit 1
for update skip locked

-- work_left --
-- How many batches are open, how many of them are being worked on, and whether the opening one is still open.
select count(*), count(*) filter (where state = 'claimed' and lease_until > now()), bool_or(number = 0)
from batch where run_id = %(run)s and state <> 'done'

-- claim_batch --
-- Make a batch ours; the attempt is the claim.
update batch
set state = 'claimed', attempt = attempt + 1, claimed_by = %(worker)s, lease_until = now() + %(lease)s
where id = %(batch)s
returning attempt

-- hold_back --
-- Let the next claim wait for as long as the rate, or the provider, asks.
update run set next_claim_at = greatest(coalesce(next_claim_at, now()), now()) + %(wait)s where id = %(run)s

-- extend_lease --
-- Keep a batch a while longer; finds nothing when somebody took it over.
update batch set lease_until = now() + %(lease)s
where id = %(batch)s and attempt = %(attempt)s and state = 'claimed'
returning id

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
           extract(epoch from b.done_at - lag(b.done_at, 1, greatest(r.launched_at, r.not_before_at))
                                          over (order by b.done_at)) as seconds
    from batch b join run r on r.id = b.run_id
    where b.run_id = %(run)s and b.state = 'done'
) as done
where seconds between 0 and %(pause)s
