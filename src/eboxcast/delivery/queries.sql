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

-- sums_of_run --
-- How far a run is.
select coalesce(sum(recipients_count) filter (where state = 'done'), 0)::bigint,
       coalesce(sum(sent_count), 0)::bigint,
       coalesce(sum(refused_count), 0)::bigint,
       coalesce(sum(unknown_count), 0)::bigint,
       count(*) filter (where state <> 'done'),
       count(*) filter (where state = 'claimed' and lease_until > now())
from batch where run_id = %(run)s
