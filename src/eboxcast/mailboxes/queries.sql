-- lock_identity --
-- Let one transaction at a time decide about an identity in this environment.
select pg_advisory_xact_lock(%(lock)s)

-- find_message --
-- The message that holds an identity now.
select id, document_digest, metadata_digest
from message
where institution = %(institution)s and application = %(application)s and ticket = %(ticket)s
  and sequence is not distinct from %(sequence)s and freed_at is null

-- releases_of_message --
-- All releases of a message, in the order in which they were stored.
select id, run, salt, package_count, package_digest, audience_digest, recipients_count,
       stopped_at, visible_at, expires_at, abandoned_at, recalled_at, audience_purged_at
from release
where message_id = %(message)s
order by id

-- store_file --
-- Keep a document once; its content again if it had been purged.
insert into file (digest, media_type, size, content, stored_at)
values (%(digest)s, %(media_type)s, %(size)s, %(content)s, %(now)s)
on conflict (digest) do update set content = excluded.content
returning id

-- free_identity --
-- Let another content have the identity of a message.
update message set freed_at = %(now)s where id = %(message)s and freed_at is null

-- give_identity_back --
-- A discarded successor leaves the identity to the content that is still visible.
update message set freed_at = null
where id = (
    select m.id
    from message m join release r on r.message_id = m.id
    where m.institution = %(institution)s and m.application = %(application)s and m.ticket = %(ticket)s
      and m.sequence is not distinct from %(sequence)s
      and r.visible_at is not null and r.recalled_at is null
    order by r.visible_at desc
    limit 1
)
and not exists (
    select from message n
    where n.institution = %(institution)s and n.application = %(application)s and n.ticket = %(ticket)s
      and n.sequence is not distinct from %(sequence)s and n.freed_at is null
)

-- store_audience --
-- All rows of an audience, packed.
copy audience (bucket, release, keys, generation) from stdin (format binary)

-- read_audience --
-- All keys of an audience, by look-ups of the buckets.
copy (
    select keys from audience
    where bucket = any(array(select generate_series(%(first_bucket)s::int, %(last_bucket)s::int))) and release = %(release)s
      and generation = (select generation from release where id = %(release)s)
) to stdout (format binary)

-- read_outcome --
-- All keys with one kind of outcome, by look-ups of the buckets.
copy (
    select keys from outcome
    where bucket = any(array(select generate_series(%(first_bucket)s::int, %(last_bucket)s::int))) and release = %(release)s and kind = %(kind)s
) to stdout (format binary)

-- call_ranges --
-- The calls with everybody in a range, of one kind of outcome.
select first_bucket, last_bucket from call_range
where release = %(release)s and kind = %(kind)s and first_bucket <= %(last_bucket)s::int and last_bucket >= %(first_bucket)s::int
order by first_bucket

-- read_named_calls --
-- The recipients of calls with those who are named, of one kind of outcome; of the first and last maybe of other buckets too.
copy (
    select keys from named_call
    where release = %(release)s and kind = %(kind)s
      and first_bucket <= %(last_bucket)s::int and last_bucket >= %(first_bucket)s::int
) to stdout (format binary)

-- read_named --
-- All keys of whom an outcome of sending is noted by name.
copy (
    select keys from outcome
    where bucket = any(array(select generate_series(%(first_bucket)s::int, %(last_bucket)s::int))) and release = %(release)s
      and kind in ('sent', 'refused_by_target', 'unknown')
    union all
    select keys from named_call
    where release = %(release)s and first_bucket <= %(last_bucket)s::int and last_bucket >= %(first_bucket)s::int
) to stdout (format binary)

-- successors_exist --
-- Whether anybody's number has changed at all.
select exists (select 1 from ebox_successor)

-- successors_of --
-- The newer numbers of those of the given people who have one.
select s.old, s.new
from unnest(%(buckets)s::int[], %(keys)s::bigint[]) as mine (bucket, key)
join ebox_successor s on s.bucket = mine.bucket and s.old = mine.key

-- lock_release --
-- Hold the fence while its account is made.
select id from release where run = %(run)s for update

-- count_audience --
-- How many recipients of a release are to be found: on many machines one may be behind the others.
select coalesce(sum(cardinality(keys)), 0)::bigint from audience
where bucket = any(array(select generate_series(0, %(last_bucket)s))) and release = %(release)s
  and generation = (select generation from release where id = %(release)s)

-- snapshot_states --
-- Who of an audience has no active eBox, or has one and still wants paper, at this moment: bucket by bucket.
insert into outcome (bucket, release, kind, code, keys)
select s.bucket, s.release, outcomes.kind, '', outcomes.keys
from (
    select a.bucket, a.release,
           array_agg(k.key order by k.key) filter (where e.activated_at is null) as never_activated,
           array_agg(k.key order by k.key) filter (
               where e.activated_at is not null and e.deactivated_at is not null
           ) as deactivated,
           array_agg(k.key order by k.key) filter (
               where e.activated_at is not null and e.deactivated_at is null and not e.ebox_only
           ) as not_ebox_only
    from audience a
    cross join lateral unnest(a.keys) as k (key)
    left join ebox e on e.bucket = a.bucket and e.mailbox = k.key
    where a.bucket = any(array(select generate_series(0, %(last_bucket)s))) and a.release = %(release)s
      and a.generation = (select generation from release where id = %(release)s)
    group by a.bucket, a.release
) as s
cross join lateral (
    values ('never_activated', never_activated), ('deactivated', deactivated), ('not_ebox_only', not_ebox_only)
) as outcomes (kind, keys)
where outcomes.keys is not null

-- count_states --
-- How many of some people have an eBox in each state that matters, and how many have any: a look-up for each, as a
-- comparison with an array of one can be nothing else.
select count(*), count(*) filter (where e.activated_at is null),
       count(*) filter (where e.activated_at is not null and e.deactivated_at is not null),
       count(*) filter (where e.activated_at is not null and e.deactivated_at is null and not e.ebox_only)
from unnest(%(buckets)s::int[], %(keys)s::bigint[]) as mine (bucket, key)
join ebox e on e.bucket = any(array[mine.bucket]) and e.mailbox = any(array[mine.key])

-- states_of_eboxes --
-- All eBoxes as mailbox * 4 + state, in a few long arrays: as a row each they would take much longer to fetch.
copy (
    select array_agg(
        mailbox * 4 + case
            when activated_at is null then 0
            when deactivated_at is not null then 1
            when not ebox_only then 2
            else 3
        end
    )
    from ebox
    group by mod(bucket, 64)
) to stdout (format binary)

-- store_outcome --
-- All recipients with one kind of outcome, packed.
copy outcome (bucket, release, keys, kind, code) from stdin (format binary)

-- refuse_by_policy --
-- Turn "has no active eBox" into "refused by policy", its reason as the code.
update outcome set kind = 'refused_by_policy', code = upper(kind)
where bucket = any(array(select generate_series(0, %(last_bucket)s))) and release = %(release)s
  and kind in ('never_activated', 'deactivated')

-- take_out_refused --
-- Take the refused out of the audience, so that it is exactly who can see the release.
update audience a
set keys = array(select k.key from unnest(a.keys) as k (key) where k.key <> all(refused.keys) order by 1)
from (
    select o.bucket, array_agg(k.key) as keys
    from outcome o cross join lateral unnest(o.keys) as k (key)
    where o.bucket = any(array(select generate_series(0, %(last_bucket)s))) and o.release = %(release)s
      and o.kind = 'refused_by_policy'
    group by o.bucket
) as refused
where a.bucket = refused.bucket and a.release = %(release)s
  and a.generation = (select generation from release where id = %(release)s)

-- drop_empty_buckets --
-- Buckets in which everybody was refused.
delete from audience
where bucket = any(array(select generate_series(0, %(last_bucket)s))) and release = %(release)s
  and generation = (select generation from release where id = %(release)s) and keys = '{}'

-- count_outcomes --
-- How many recipients of a release have each outcome.
select kind, code, sum(cardinality(keys))::bigint
from outcome
where bucket = any(array(select generate_series(0, %(last_bucket)s))) and release = %(release)s
group by kind, code
union all
select kind, '', sum(recipients_count)::bigint from call_range where release = %(release)s group by kind
union all
select kind, '', sum(cardinality(keys))::bigint from named_call where release = %(release)s group by kind

-- make_visible --
-- The fence: from this row on everybody sees the release. Inside the window or not at all: its end is looked at by this
-- very statement, and when the commit does not come before it either, the server ends the session. Whoever is told that
-- it is visible can rely on the replicas that the server waits for (synchronous_standby_names), where there are any.
update release
set visible_at = %(now)s, completed_at = %(now)s, expires_at = %(expires_at)s,
    published_count = %(published_count)s, published_digest = %(published_digest)s,
    refused_count = %(refused_count)s, refused_digest = %(refused_digest)s,
    never_activated_count = %(never_activated_count)s, deactivated_count = %(deactivated_count)s,
    not_ebox_only_count = %(not_ebox_only_count)s
where id = %(release)s and visible_at is null and stopped_at is null and abandoned_at is null
  and coalesce(greatest(clock_timestamp() + %(clock_offset)s, %(now)s) < %(not_after)s, true)
returning set_config(
    'idle_in_transaction_session_timeout',
    case when %(not_after)s is null then current_setting('idle_in_transaction_session_timeout') else
        greatest(1, 1000 * extract(epoch from least(
            nullif(current_setting('idle_in_transaction_session_timeout')::interval, '0'),
            %(not_after)s::timestamptz - %(clock_offset)s - clock_timestamp()
        )))::int::text
    end,
    true
), set_config('synchronous_commit', 'remote_apply', true)

-- recall_superseded --
-- What the identity showed until now (acceptance only) ends in the moment the next round begins.
update release r
set recalled_at = %(now)s, superseded_by = %(run)s
from message m
where m.id = r.message_id and m.id <> %(message)s
  and m.institution = %(institution)s and m.application = %(application)s and m.ticket = %(ticket)s
  and m.sequence is not distinct from %(sequence)s
  and r.visible_at is not null and r.recalled_at is null
returning r.run

-- stop --
-- Nothing becomes visible until it is resumed.
update release set stopped_at = %(now)s
where run = %(run)s and completed_at is null and abandoned_at is null and stopped_at is null
returning id

-- resume --
-- Take back a stop.
update release set stopped_at = null
where run = %(run)s and stopped_at is not null and completed_at is null and abandoned_at is null
returning id

-- discard --
-- Give a release up, for good.
update release set abandoned_at = %(now)s, superseded_by = %(superseded_by)s
where run = %(run)s and visible_at is null and abandoned_at is null
returning message_id

-- recall --
-- Nobody sees the release any more, also on the replicas that the server waits for.
update release set recalled_at = %(now)s
where run = %(run)s and visible_at is not null and recalled_at is null
returning set_config('synchronous_commit', 'remote_apply', true)

-- numbers_of_ebox --
-- The former numbers of a person.
select p.old from ebox_predecessor p where p.bucket = %(bucket)s and p.new = %(mailbox)s

-- find_in_ebox --
-- All of an eBox under one number, in one snapshot: of the rows the releases; of each compaction the block where its owner
-- would be; which releases in blocks were recalled; what was read or hidden; and the former numbers. One number and no array
-- of them: of an array the planner guesses the length, and plans anew each time, which takes longer than finding.
select 'release' as what, r.id as number, r.run as mark, null::bytea as content,
       null::timestamptz as read_at, null::timestamptz as hidden_at
from audience a
cross join lateral (select id, run from release where id = a.release offset 0) as r
where a.bucket = %(bucket)s::int and %(mailbox)s::bigint = any(a.keys)
  and a.release = any(array(
      select id from release
      where visible_at is not null and compacted_at is null and audience_purged_at is null
        and recalled_at is null and expires_at > %(now)s
  ))
union all
select 'block', k.first, c.mark, k.content, null, null
from compaction c
cross join lateral (
    select first, content from block
    where generation = c.generation and bucket = %(bucket)s::int and compaction = c.id and first <= %(mailbox)s::bigint
    order by first desc limit 1
) as k
where c.ended_at is null
union all
select 'recalled', id, null, null, null, null from release
where recalled_at is not null and compacted_at is not null and expires_at > %(now)s
union all
select 'reading', release, null, null, read_at, hidden_at from reading
where bucket = %(bucket)s::int and mailbox = %(mailbox)s::bigint
union all
select 'former', old, null, null, null, null from ebox_predecessor
where bucket = %(bucket)s::int and new = %(mailbox)s::bigint

-- what_counts --
-- Where buckets are on other machines than the fence, it is asked first, in one snapshot: which releases show by their
-- rows, which compactions count, and what of these was recalled. All that this leads to stays as it is for an hour.
select 'release' as what, id, run as mark, null::smallint as generation from release
where visible_at is not null and compacted_at is null and audience_purged_at is null
  and recalled_at is null and expires_at > %(now)s
union all
select 'block', id, mark, generation from compaction where ended_at is null
union all
select 'recalled', id, null, null from release
where recalled_at is not null and compacted_at is not null and expires_at > %(now)s

-- find_in_bucket --
-- Then of its bucket, on one machine, the same as of one server.
select 'release' as what, release as number, release as counts, null::bytea as content,
       null::timestamptz as read_at, null::timestamptz as hidden_at
from audience
where bucket = %(bucket)s::int and %(mailbox)s::bigint = any(keys) and release = any(%(releases)s::bigint[])
union all
select 'block', k.first, c.id, k.content, null, null
from unnest(%(compactions)s::int[], %(generations)s::smallint[]) as c (id, generation)
cross join lateral (
    select first, content from block
    where generation = c.generation and bucket = %(bucket)s::int and compaction = c.id and first <= %(mailbox)s::bigint
    order by first desc limit 1
) as k
union all
select 'reading', release, null, null, read_at, hidden_at from reading
where bucket = %(bucket)s::int and mailbox = %(mailbox)s::bigint
union all
select 'former', old, null, null, null, null from ebox_predecessor
where bucket = %(bucket)s::int and new = %(mailbox)s::bigint

-- names_in_compaction --
-- Which releases some numbers of a compaction are. Without any row the compaction itself is gone.
select d.number, r.run
from compaction c
left join compacted_release d on d.compaction = c.id and d.number = any(%(numbers)s::int[])
left join release r on r.id = d.release
where c.mark = %(mark)s

-- facts_of_runs --
-- What some visible releases say: nothing of it ever changes.
select m.id, r.id, r.run, r.visible_at, r.expires_at,
       m.title, m.language, m.file_name, m.media_type, f.size, f.digest,
       m.institution, m.institution_names, m.application, m.application_names, m.type_code, m.type_names
from release r
join message m on m.id = r.message_id
join file f on f.id = m.file_id
where r.run = any(%(runs)s::uuid[]) and r.visible_at is not null

-- message_of_run --
-- Which message a run was to publish.
select message_id from release where run = %(run)s

-- open_document --
-- The document of a release that still shows, unless it is large.
select case when f.size <= %(at_once)s then f.content end
from release r
join message m on m.id = r.message_id
join file f on f.id = m.file_id
where r.id = %(release)s and r.visible_at is not null and r.recalled_at is null and r.expires_at > %(now)s

-- still_shows --
-- Whether a release still shows, as the fence has it now.
select 1 from release where id = %(release)s and visible_at is not null and recalled_at is null and expires_at > %(now)s

-- read_piece --
-- A part of a document that is too large to be read at once.
select substring(content from %(first)s for %(size)s) from file where digest = %(digest)s

-- mark_read --
-- Only the first reading counts, and makes one reader more on its day. The audience is locked, or
-- its release where it counts by blocks, so that none is written after its release was purged.
with in_rows as (
    select release from audience
    where bucket = %(bucket)s and release = %(release)s and %(mailbox)s = any(keys)
      and generation = (select generation from release where id = %(release)s)
    for key share
), in_blocks as (
    select id from release
    where id = %(release)s and compacted_at is not null and audience_purged_at is null
    for key share
), mine as (
    select %(bucket)s::int as bucket, release from in_rows union select %(bucket)s::int, id from in_blocks
),
first as (
    insert into reading (bucket, release, mailbox, read_at)
    select bucket, release, %(mailbox)s::bigint, %(now)s::timestamptz from mine
    on conflict (bucket, release, mailbox) do update set read_at = excluded.read_at where reading.read_at is null
    returning release
)
insert into read_tally (release, day, slot, count)
select release, %(day)s, %(slot)s, 1 from first
on conflict (release, day, slot) do update set count = read_tally.count + 1

-- hide --
-- Out of its owner's sight. The first moment stays. The audience is locked as for a reading.
with in_rows as (
    select release from audience
    where bucket = %(bucket)s and release = %(release)s and %(mailbox)s = any(keys)
      and generation = (select generation from release where id = %(release)s)
    for key share
), in_blocks as (
    select id from release
    where id = %(release)s and compacted_at is not null and audience_purged_at is null
    for key share
), mine as (
    select %(bucket)s::int as bucket, release from in_rows union select %(bucket)s::int, id from in_blocks
)
insert into reading (bucket, release, mailbox, hidden_at)
select bucket, release, %(mailbox)s::bigint, %(now)s::timestamptz from mine
on conflict (bucket, release, mailbox) do update set hidden_at = excluded.hidden_at where reading.hidden_at is null

-- show_again --
-- Back into its owner's sight, under whichever number and by whichever release it was hidden.
update reading rd set hidden_at = null
from unnest(%(buckets)s::int[], %(numbers)s::bigint[]) as mine (bucket, number)
where rd.bucket = any(%(buckets)s::int[]) and rd.bucket = mine.bucket and rd.mailbox = mine.number
  and rd.release = any(array(select id from release where message_id = %(message)s)) and rd.hidden_at is not null

-- make_incoming --
-- Where a file of eBoxes arrives, for the length of the transaction.
create temporary table incoming_ebox (
    bucket integer not null, mailbox bigint not null,
    activated_at timestamptz, deactivated_at timestamptz, ebox_only boolean not null
) on commit drop

-- copy_incoming --
-- The rows of the file.
copy incoming_ebox (bucket, mailbox, activated_at, deactivated_at, ebox_only) from stdin

-- load_eboxes --
-- What the owner of the eBoxes says of them: a state that goes on keeps the moment it began, the last row counts.
insert into ebox (bucket, mailbox, activated_at, deactivated_at, ebox_only)
select distinct on (bucket, mailbox) bucket, mailbox, activated_at, deactivated_at, ebox_only
from incoming_ebox
order by bucket, mailbox, ctid desc
on conflict (bucket, mailbox) do update
set activated_at = case when excluded.activated_at is not null
                        then coalesce(ebox.activated_at, excluded.activated_at) end,
    deactivated_at = case when excluded.deactivated_at is not null
                          then coalesce(ebox.deactivated_at, excluded.deactivated_at) end,
    ebox_only = excluded.ebox_only

-- activate --
-- The first visit to an eBox; afterwards nothing is written. One that was deactivated stays so: its owner says that.
insert into ebox (bucket, mailbox, activated_at, deactivated_at, ebox_only)
select %(bucket)s::int, %(mailbox)s::bigint, %(now)s::timestamptz, null::timestamptz, false
where not exists (
    select 1 from ebox where bucket = %(bucket)s and mailbox = %(mailbox)s and activated_at is not null
)
on conflict (bucket, mailbox) do update set activated_at = coalesce(ebox.activated_at, excluded.activated_at)

-- replace_number --
-- A person's former number, found by it.
insert into ebox_successor (bucket, old, new) values (%(old_bucket)s, %(old)s, %(new)s) on conflict do nothing

-- replace_number_mirror --
-- The same, found by the newer number.
insert into ebox_predecessor (bucket, new, old) values (%(new_bucket)s, %(new)s, %(old)s) on conflict do nothing

-- due_releases --
-- Releases of which something personal is still here though its time has passed.
select id, run, visible_at, expires_at, abandoned_at, recalled_at, stored_at, stopped_at,
       outcomes_purged_at, audience_purged_at
from release
where audience_purged_at is null and (expires_at <= %(now)s or abandoned_at <= %(abandoned_before)s)
   or outcomes_purged_at is null and (visible_at <= %(reported_before)s or abandoned_at <= %(abandoned_before)s)
   or visible_at is null and abandoned_at is null and stored_at <= %(stored_before)s
order by id

-- purge_audience --
-- Forget who received a release.
delete from audience
where bucket = any(array(select generate_series(0, %(last_bucket)s))) and release = %(release)s
  and generation = (select generation from release where id = %(release)s)

-- purge_names --
-- Forget which release a number of a compaction was: of its recipients nobody can tell any more what they received.
delete from compacted_release where release = %(release)s

-- store_receipts --
-- Keep the tree of a release, unless another process was first or the audience was deleted meanwhile.
insert into receipt_tree (release, recipients, buckets, shelves, cells, root, cells_root, made_at, secret, shelf_hashes)
select id, %(recipients)s, %(buckets)s, %(shelves)s, %(cells)s, %(root)s, %(cells_root)s, %(now)s, %(secret)s,
       %(shelf_hashes)s
from release
where id = %(release)s and audience_purged_at is null
for share
on conflict do nothing

-- purge_receipts --
-- Forget what receipts are made from: the roots that stay can be tied to nobody.
update receipt_tree set secret = null, shelf_hashes = null where release = %(release)s

-- purge_reading --
-- Forget who read a release.
delete from reading
where bucket = any(array(select generate_series(0, %(last_bucket)s))) and release = %(release)s

-- purge_outcome --
-- Forget whom a release did not reach.
delete from outcome
where bucket = any(array(select generate_series(0, %(last_bucket)s))) and release = %(release)s

-- purge_calls --
-- Forget the calls there were, with all of a range and with recipients who are named.
with ranges as (
    delete from call_range where release = %(release)s
)
delete from named_call where release = %(release)s

-- purge_rejected_rows --
-- Forget the faulty rows.
delete from rejected_rows where release = %(release)s

-- purge_files --
-- Forget the documents of which every release has ended.
update file f set content = null
where content is not null and not exists (
    select from message m join release r on r.message_id = m.id
    where m.file_id = f.id and r.audience_purged_at is null
)

-- begin_sending --
-- The fence of a remote run: from its first call on it may be visible to somebody.
update release set visible_at = %(now)s, expires_at = %(expires_at)s
where id = %(release)s and visible_at is null and stopped_at is null and abandoned_at is null
returning id

-- keep_provider_message --
-- Under which id the provider keeps the message.
update release set provider_message = %(provider_message)s where id = %(release)s and provider_message is null

-- sizes_of_buckets --
-- How many recipients each bucket of an audience holds.
select bucket, cardinality(keys) from audience
where bucket = any(array(select generate_series(0, %(last_bucket)s))) and release = %(release)s
  and generation = (select generation from release where id = %(release)s)
order by bucket

-- progress_of_range --
-- The recipients in a range of buckets, without a kind, and what is known or under way of them; calls with their last
-- bucket, without keys when everybody there is in it. Calls under way are read whole, where they reach beyond it too.
with ranges as (
    select first_bucket, last_bucket, kind, code from call_range
    where release = %(release)s and first_bucket <= %(last)s::int and last_bucket >= %(first)s::int
), bounds as (
    select array(select generate_series(least(%(first)s::int, min(first_bucket)), greatest(%(last)s::int, max(last_bucket)))) as within
    from ranges where kind = 'in_flight'
)
select '', '', bucket, null::int, keys from audience
where bucket = any((select within from bounds)::int[]) and release = %(release)s
  and generation = (select generation from release where id = %(release)s)
union all
select kind, code, bucket, null, keys from outcome
where bucket = any((select within from bounds)::int[]) and release = %(release)s
union all
select kind, code, first_bucket, last_bucket, null from ranges
union all
select kind, code, first_bucket, last_bucket, keys from named_call
where release = %(release)s and first_bucket <= %(last)s::int and last_bucket >= %(first)s::int

-- begin_range --
-- Note that everybody in a range of buckets is in a call, unless anything is known of anybody there.
with noted as (
    insert into call_range (release, first_bucket, last_bucket, kind, code, recipients_count)
    select %(release)s, %(first)s, %(last)s, 'in_flight', %(code)s, %(count)s
    where not exists (
        select 1 from call_range
        where release = %(release)s and first_bucket <= %(last)s::int and last_bucket >= %(first)s::int
    ) and not exists (
        select 1 from named_call
        where release = %(release)s and first_bucket <= %(last)s::int and last_bucket >= %(first)s::int
    ) and not exists (
        select 1 from outcome
        where bucket = any(array(select generate_series(%(first)s::int, %(last)s::int))) and release = %(release)s
    )
    on conflict (release, first_bucket) do nothing
    returning release
)
select keys from audience
where bucket = any(array(select generate_series(%(first)s::int, %(last)s::int))) and release = %(release)s
  and generation = (select generation from release where id = %(release)s)
  and exists (select 1 from noted)

-- end_range --
-- End a call with everybody in a range, which they have but for some; who gets its row may say so, unless the account was closed.
with open_account as (
    select id from release where id = %(release)s and completed_at is null for key share
), taken as (
    update call_range set kind = 'sent', recipients_count = %(count)s
    where release = %(release)s and first_bucket = %(first)s and kind = 'in_flight' and code = %(code)s
      and exists (select 1 from open_account)
    returning release
), noted as (
    insert into outcome (bucket, release, kind, code, keys)
    select bucket, %(release)s, kind, code, array_agg(key order by key)
    from unnest(%(buckets)s::int[], %(keys)s::bigint[], %(kinds)s::text[], %(codes)s::text[]) as g (bucket, key, kind, code)
    where exists (select 1 from taken) group by bucket, kind, code
    on conflict (bucket, release, kind, code) do update set keys = outcome.keys || excluded.keys
)
select exists (select 1 from taken)

-- end_range_by_name --
-- The same where somebody of it is left, or nobody can tell: everybody of whom something is known is named.
with open_account as (
    select id from release where id = %(release)s and completed_at is null for key share
), taken as (
    delete from call_range
    where release = %(release)s and first_bucket = %(first)s and kind = 'in_flight' and code = %(code)s
      and exists (select 1 from open_account)
    returning release
), sent as (
    insert into named_call (release, first_bucket, last_bucket, code, kind, keys, provider_ids)
    select %(release)s, %(first)s, %(last)s, %(code)s, 'sent', %(sent)s::bigint[], %(ids)s::text[]
    where cardinality(%(sent)s::bigint[]) > 0 and exists (select 1 from taken)
), noted as (
    insert into outcome (bucket, release, kind, code, keys)
    select bucket, %(release)s, kind, code, array_agg(key order by key)
    from unnest(%(buckets)s::int[], %(keys)s::bigint[], %(kinds)s::text[], %(codes)s::text[]) as g (bucket, key, kind, code)
    where exists (select 1 from taken) group by bucket, kind, code
    on conflict (bucket, release, kind, code) do update set keys = outcome.keys || excluded.keys
)
select exists (select 1 from taken)

-- note_outcome --
-- One more outcome for some recipients.
insert into outcome (bucket, release, kind, code, keys)
select bucket, %(release)s, %(kind)s, %(code)s, array_agg(key order by key)
from unnest(%(buckets)s::int[], %(keys)s::bigint[]) as given (bucket, key)
group by bucket
on conflict (bucket, release, kind, code) do update set keys = outcome.keys || excluded.keys

-- begin_call --
-- Note that some recipients are in a call.
insert into named_call (release, first_bucket, last_bucket, code, kind, keys)
values (%(release)s, %(first)s, %(last)s, %(code)s, 'in_flight', %(keys)s::bigint[])

-- end_call --
-- End a call with recipients who are named, and begin the next; who gets its row may say so, unless the account was closed.
with open_account as (
    select id from release where id = %(release)s and completed_at is null for key share
), taken as (
    update named_call set kind = 'sent', keys = %(sent)s::bigint[], provider_ids = %(ids)s::text[]
    where release = %(release)s and first_bucket = %(first)s and kind = 'in_flight' and code = %(code)s
      and exists (select 1 from open_account)
    returning release
), begun as (
    insert into named_call (release, first_bucket, last_bucket, code, kind, keys)
    select %(release)s, %(next_first)s, %(next_last)s, %(next_code)s, 'in_flight', %(next_keys)s::bigint[]
    where cardinality(%(next_keys)s::bigint[]) > 0 and exists (select 1 from taken)
), noted as (
    insert into outcome (bucket, release, kind, code, keys)
    select bucket, %(release)s, kind, code, array_agg(key order by key)
    from unnest(%(buckets)s::int[], %(keys)s::bigint[], %(kinds)s::text[], %(codes)s::text[]) as g (bucket, key, kind, code)
    where exists (select 1 from taken) group by bucket, kind, code
    on conflict (bucket, release, kind, code) do update set keys = outcome.keys || excluded.keys
)
select exists (select 1 from taken)

-- end_call_unsent --
-- The same where nobody of it has the message: nothing of it stays but what came of them otherwise.
with open_account as (
    select id from release where id = %(release)s and completed_at is null for key share
), taken as (
    delete from named_call
    where release = %(release)s and first_bucket = %(first)s and kind = 'in_flight' and code = %(code)s
      and exists (select 1 from open_account)
    returning release
), noted as (
    insert into outcome (bucket, release, kind, code, keys)
    select bucket, %(release)s, kind, code, array_agg(key order by key)
    from unnest(%(buckets)s::int[], %(keys)s::bigint[], %(kinds)s::text[], %(codes)s::text[]) as g (bucket, key, kind, code)
    where exists (select 1 from taken) group by bucket, kind, code
    on conflict (bucket, release, kind, code) do update set keys = outcome.keys || excluded.keys
)
select exists (select 1 from taken)

-- take_unknown_back --
-- Settle recipients of whom nobody knew whether they have the message.
delete from outcome
where bucket = any(array(select generate_series(0, %(last_bucket)s))) and release = %(release)s and kind = 'unknown'
returning keys

-- close_account --
-- Close the account of a remote run; guarded, so that it is closed once.
update release
set completed_at = %(now)s, stopped_at = null,
    published_count = %(published_count)s, published_digest = %(published_digest)s,
    refused_count = %(refused_count)s, refused_digest = %(refused_digest)s,
    unknown_count = %(unknown_count)s, not_attempted_count = %(not_attempted_count)s,
    never_activated_count = %(never_activated_count)s
where id = %(release)s and visible_at is not null and completed_at is null
returning id

-- mail_choices --
-- Whether somebody wants emails, under any of their numbers, that of now first.
select c.language, c.address, c.chosen_at, c.pending_address, c.pending_until
from unnest(%(buckets)s::int[], %(numbers)s::bigint[]) with ordinality as mine (bucket, number, place)
join mail_choice c on c.bucket = any(%(buckets)s::int[]) and c.bucket = mine.bucket and c.mailbox = mine.number
where c.address is not null or c.pending_until > %(now)s
order by mine.place

-- ask_for_mails --
-- Keep an address until it is confirmed, unless too many were typed today or the same form was sent before.
insert into mail_choice as c
    (bucket, mailbox, language, pending_address, pending_digest, pending_until, asked_on, asked_count)
values (%(bucket)s, %(mailbox)s, %(language)s, %(address)s, %(digest)s, %(until)s, %(today)s, 1)
on conflict (bucket, mailbox) do update
set language = excluded.language, pending_address = excluded.pending_address,
    pending_digest = excluded.pending_digest, pending_until = excluded.pending_until,
    asked_on = excluded.asked_on,
    asked_count = case when c.asked_on = excluded.asked_on then c.asked_count + 1 else 1 end
where c.pending_digest is distinct from excluded.pending_digest
    and (c.asked_on is distinct from excluded.asked_on or c.asked_count < %(most)s)
returning asked_count

-- is_asked --
-- Whether this very form asked for the address that waits to be confirmed.
select 1 from mail_choice where bucket = %(bucket)s and mailbox = %(mailbox)s and pending_digest = %(digest)s

-- forget_asked --
-- An address whose link could not be sent. That it was typed counts.
update mail_choice set pending_address = null, pending_digest = null, pending_until = null
where bucket = %(bucket)s and pending_digest = %(digest)s

-- lock_choice --
-- Hold what somebody chose under one of their numbers.
select 1 from mail_choice where bucket = %(bucket)s and mailbox = %(mailbox)s for update

-- confirm_mails --
-- The typed address becomes the one that is mailed to. Only once: the digest goes with it.
update mail_choice
set address = pending_address, chosen_at = coalesce(chosen_at, %(now)s), stop_token = %(stop_token)s,
    pending_address = null, pending_digest = null, pending_until = null
where bucket = %(bucket)s and pending_digest = %(digest)s and pending_until > %(now)s
returning language

-- forget_other_addresses --
-- What was chosen under the other numbers of somebody who has just confirmed an address.
update mail_choice c
set address = null, chosen_at = null, stop_token = null
from unnest(%(buckets)s::int[], %(numbers)s::bigint[]) as mine (bucket, number)
where c.bucket = any(%(buckets)s::int[]) and c.bucket = mine.bucket and c.mailbox = mine.number and c.mailbox <> %(mailbox)s and c.address is not null

-- who_confirms --
-- Whose address a link still confirms.
select mailbox from mail_choice
where bucket = %(bucket)s and pending_digest = %(digest)s and pending_until > %(now)s

-- who_stops --
-- Whose emails a link in one of them ends.
select mailbox from mail_choice where bucket = %(bucket)s and stop_token = %(stop_token)s

-- stop_mails --
-- Forget the addresses of somebody, under all their numbers.
update mail_choice c
set address = null, chosen_at = null, stop_token = null,
    pending_address = null, pending_digest = null, pending_until = null
from unnest(%(buckets)s::int[], %(numbers)s::bigint[]) as mine (bucket, number)
where c.bucket = any(%(buckets)s::int[]) and c.bucket = mine.bucket and c.mailbox = mine.number

-- forget_unconfirmed --
-- Addresses that were not confirmed in time.
update mail_choice set pending_address = null, pending_digest = null, pending_until = null
where bucket = any(array(select generate_series(0, %(last_bucket)s))) and pending_until <= %(now)s

-- forget_choices --
-- Rows that only count what was typed on a day gone by.
delete from mail_choice
where bucket = any(array(select generate_series(0, %(last_bucket)s))) and address is null and pending_address is null
  and asked_on < %(today)s

-- begin_mailings --
-- Releases that became visible, each once.
insert into mailing (release, bucket, mailbox, taken_count)
select r.id, -1, 0, 0 from release r
where r.visible_at <= %(now)s and r.recalled_at is null and r.expires_at > %(now)s and r.audience_purged_at is null
  and not exists (select from mailing g where g.release = r.id)
on conflict (release) do nothing

-- mailings --
-- Those whose recipients have not all been looked at, oldest first.
select r.id, g.bucket, g.mailbox
from mailing g join release r on r.id = g.release
where g.done_at is null and r.visible_at <= %(now)s and r.recalled_at is null and r.expires_at > %(now)s
order by r.visible_at, r.id

-- choices_of_range --
-- Who of some buckets chose emails before a release became visible, after a place, in order.
select c.bucket, c.mailbox
from mail_choice c
join release r on r.id = %(release)s
where c.bucket = any(array(select generate_series(%(first)s::int, %(last)s::int)))
  and (c.bucket, c.mailbox) > (%(bucket)s, %(mailbox)s) and c.chosen_at <= r.visible_at
order by c.bucket, c.mailbox

-- mail_of --
-- What a mail to one recipient needs, if it still concerns them: visible, neither read nor hidden, still wanted.
select c.address, c.language, c.stop_token, m.institution_names
from mail_choice c
join release r on r.id = %(release)s
join message m on m.id = r.message_id
left join reading rd on rd.bucket = %(bucket)s and rd.release = %(release)s and rd.mailbox = %(mailbox)s
where c.bucket = %(bucket)s and c.mailbox = %(mailbox)s and c.chosen_at <= r.visible_at
  and r.visible_at <= %(now)s and r.recalled_at is null and r.expires_at > %(now)s
  and rd.read_at is null and rd.hidden_at is null

-- take_pace --
-- The right to send one mail now, if the pace allows it; what was saved up lasts for a while.
insert into mail_pace as p (id, next_at)
values (1, %(world_now)s - %(saved)s::interval + %(gap)s::interval)
on conflict (id) do update set next_at = greatest(p.next_at, %(world_now)s - %(saved)s::interval) + %(gap)s::interval
where p.next_at <= %(world_now)s
returning id

-- take_turn --
-- The turn of one recipient: from the commit on nobody mails them about this release, whatever becomes of us.
update mailing set bucket = %(bucket)s, mailbox = %(mailbox)s, taken_count = taken_count + 1
where release = %(release)s and done_at is null and (bucket, mailbox) < (%(bucket)s, %(mailbox)s)
returning release

-- end_mailing --
-- Everybody was looked at; of the last one nothing remains.
update mailing set done_at = %(now)s, bucket = -1, mailbox = 0 where release = %(release)s and done_at is null

-- defer_mail --
-- A mail that was surely not taken is tried again.
insert into mail_deferred (bucket, release, mailbox, attempts, try_at)
values (%(bucket)s, %(release)s, %(mailbox)s, %(attempts)s, %(try_at)s)
on conflict do nothing

-- deferred_mails --
-- Those whose time has come.
select release, bucket, mailbox, attempts from mail_deferred
where bucket = any(array(select generate_series(0, %(last_bucket)s))) and try_at <= %(world_now)s
order by try_at

-- take_deferred --
-- One of them, for this process alone.
delete from mail_deferred
where bucket = %(bucket)s and release = %(release)s and mailbox = %(mailbox)s and try_at <= %(world_now)s
returning attempts

-- purge_deferred --
-- Forget whom a mail about a release still had to reach.
delete from mail_deferred
where bucket = any(array(select generate_series(0, %(last_bucket)s))) and release = %(release)s

-- purge_mailing --
-- Forget how far its mails were.
delete from mailing where release = %(release)s

-- end_visit --
-- What a browser kept of a visit opens nothing any more; visit 0: of all that began until now.
insert into ended_visit (bucket, person, visit, ended_at)
values (%(bucket)s, %(person)s, %(visit)s, %(now)s)
on conflict (bucket, person, visit) do update set ended_at = excluded.ended_at

-- visit_ended --
-- Whether a visit was ended, by itself or with all others.
select 1 from ended_visit
where bucket = %(bucket)s and person = %(person)s
  and (visit = %(visit)s or visit = 0 and ended_at >= %(began)s)
limit 1

-- forget_ended_visits --
-- Those that would be over by now.
delete from ended_visit
where bucket = any(array(select generate_series(0, %(last_bucket)s))) and ended_at < %(ended_before)s

-- generation_to_store_in --
-- In which of its tables a new audience is stored.
select coalesce((select generation from audience_turn), 0)

-- lock_compaction --
-- Let one process at a time compact an environment.
select pg_try_advisory_xact_lock(%(lock)s)

-- lock_compaction_for_long --
-- The same for more than one transaction.
select pg_try_advisory_lock(%(lock)s)

-- unlock_compaction --
-- Let another go on.
select pg_advisory_unlock(%(lock)s)

-- wait_little_everywhere --
-- Have other machines hear of what is set for this transaction.
set local citus.propagate_set_commands = 'local'

-- wait_little --
-- Give up soon where somebody holds what is to be emptied.
set local lock_timeout = '100ms'

-- has_outgrown_its_plans --
-- Whether a table has grown so much since it was last looked at that who planned then may read all of it. One that was
-- never looked at is planned for as if it were larger.
select reltuples >= 0 and pg_relation_size(oid) > 4 * (relpages + 1) * current_setting('block_size')::bigint
from pg_class where oid = %(table)s::regclass

-- sample_little --
-- What is analyzed from here on has few of its rows looked at.
select set_config('default_statistics_target', '1', true)

-- compactions --
-- Those whose blocks count, with their pairs, and how many of these have a release that is not deleted.
select c.id, c.generation, c.pairs, coalesce(sum(d.recipients), 0)::bigint, c.made_at
from compaction c left join compacted_release d on d.compaction = c.id
where c.ended_at is null
group by c.id
order by c.id

-- generations_to_clear --
-- The tables in which a compaction ended.
select distinct generation from compaction where ended_at is not null

-- waiting_for_compaction --
-- Visible releases that count by their rows, with their generation and how many rows of keys must be there. One whose
-- recipients are being mailed waits, but for no more than a while: nobody may go on with that.
select r.id, r.generation, case when r.completed_at = r.visible_at then r.published_count else r.recipients_count end
from release r
where r.visible_at is not null and r.compacted_at is null and r.audience_purged_at is null
  and r.completed_at is not null and r.expires_at > %(now)s
  and (
      r.recalled_at is not null or r.visible_at <= %(mailed_before)s
      or not exists (select from mailing g where g.release = r.id and g.done_at is null)
  )
order by r.id
limit %(most)s

-- begin_compaction --
-- A compaction, seen by nobody before its commit; on many machines not before it was looked at either: until then its
-- end is infinity.
insert into compaction (mark, generation, pairs, made_at, ended_at)
values (%(mark)s, %(generation)s, 0, %(now)s, %(ended_at)s::timestamptz)
returning id

-- read_audiences --
-- The keys of some releases in a range of buckets, as one row: a message for each bucket would take longer than its keys.
copy (
    select array_agg(bucket), array_agg(release), array_agg(cardinality(keys)), string_agg(array_send(keys), '')
    from audience
    where bucket = any(array(select generate_series(%(first)s::int, %(last)s::int)))
      and release = any(%(releases)s::bigint[]) and generation = any(%(generations)s::smallint[])
      and keys <> '{}'
) to stdout (format binary)

-- read_blocks --
-- The blocks of some compactions in a range of buckets.
copy (
    select bucket, compaction, first, content from block
    where generation = %(generation)s and compaction = any(%(compactions)s::int[])
      and bucket = any(array(select generate_series(%(first)s::int, %(last)s::int)))
) to stdout (format binary)

-- store_blocks --
-- Blocks, packed.
copy block (generation, bucket, compaction, first, content) from stdin (format binary)

-- mark_compacted --
-- From this commit on they count by their blocks. Whoever is being changed just now stays as it is, until the next pass.
update release set compacted_at = %(now)s
where id in (
    select id from release
    where id = any(%(releases)s::bigint[]) and compacted_at is null and audience_purged_at is null
    order by id
    for no key update skip locked
)
returning id

-- name_releases --
-- Which number of a compaction is which release; what was deleted meanwhile gets none.
insert into compacted_release (compaction, number, release, recipients)
select %(compaction)s, given.number, given.release, given.recipients
from unnest(%(numbers)s::int[], %(releases)s::bigint[], %(recipients)s::bigint[]) as given (number, release, recipients)
join release r on r.id = given.release and r.audience_purged_at is null

-- count_compaction --
-- How many pairs a compaction has; from now on it counts.
update compaction set pairs = %(pairs)s, ended_at = null where id = %(compaction)s

-- count_blocks --
-- How many blocks of a compaction are to be found: on many machines one may be behind the others.
select count(*) from block
where generation = %(generation)s and compaction = %(compaction)s
  and bucket = any(array(select generate_series(0, %(last_bucket)s)))

-- end_half_compactions --
-- Those that never counted, because whoever made them died, or a machine did.
update compaction set ended_at = %(now)s where ended_at = 'infinity'

-- names_in_compactions --
-- All names in some compactions.
select compaction, number, release, recipients from compacted_release
where compaction = any(%(compactions)s::int[])
order by compaction, number

-- hold_releases --
-- Wait for what is being deleted just now, and let nothing of these be deleted before the commit.
select id from release where id = any(%(releases)s::bigint[]) and audience_purged_at is null order by id for key share

-- end_compactions --
-- Another has taken their place.
update compaction set ended_at = %(now)s where id = any(%(compactions)s::int[])

-- turn_generation --
-- The next audiences go to a table without any, where there is one and this one has some that were compacted.
insert into audience_turn as t (id, generation)
select 1, free.generation
from unnest(%(generations)s::smallint[]) as free (generation)
where not exists (select from release r where r.generation = free.generation)
  and exists (
      select from release r
      where r.generation = coalesce((select generation from audience_turn), 0) and r.compacted_at is not null
  )
order by free.generation
limit 1
on conflict (id) do update set generation = excluded.generation

-- can_clear_audience --
-- Whether a table has audiences, none of which counts by its rows any more, nor did a while ago.
select %(generation)s <> coalesce((select generation from audience_turn), 0)
  and exists (select from release where generation = %(generation)s)
  and not exists (
      select from release
      where generation = %(generation)s and audience_purged_at is null
        and (compacted_at is null or compacted_at > %(before)s)
  )

-- forget_rows --
-- Their rows are gone.
update release set generation = null where generation = %(generation)s

-- rows_to_delete --
-- Releases in blocks whose rows are there for nothing, where a release that waits is in each table but the one in use: none
-- of them empties as a whole.
select r.id from release r
where r.generation is not null and r.compacted_at <= %(before)s and r.audience_purged_at is null
  and not exists (
      select from unnest(%(generations)s::smallint[]) as other (generation)
      where other.generation <> coalesce((select generation from audience_turn), 0)
        and not exists (
            select from release w
            where w.generation = other.generation and w.compacted_at is null and w.audience_purged_at is null
        )
  )
order by r.id
limit %(most)s

-- forget_rows_of --
-- The rows of one are gone. Whoever is being changed just now keeps them until the next pass.
update release set generation = null
where id in (
    select id from release
    where id = %(release)s and compacted_at is not null and audience_purged_at is null
    for no key update skip locked
)

-- can_clear_blocks --
-- Whether a table has blocks, of compactions that all ended a while ago.
select coalesce(bool_and(ended_at is not null and ended_at <= %(before)s), false)
from compaction where generation = %(generation)s

-- forget_names --
-- The names in compactions that are gone.
delete from compacted_release where compaction in (select id from compaction where generation = %(generation)s)

-- forget_compactions --
-- The compactions of a table that was emptied.
delete from compaction where generation = %(generation)s

-- place_of_audience --
-- Where the blocks are in which a release counts; no row where it counts by its rows.
select c.id, c.generation, c.pairs, d.number
from compacted_release d join compaction c on c.id = d.compaction
where d.release = %(release)s and c.ended_at is null

-- standing_of_compaction --
-- How many compactions an opening reads, how many releases are in them, and how many count by their rows; how many
-- recipients have rows, and since when the oldest of what waits has been stored.
select (select count(*) from compaction where ended_at is null),
       (select count(*) from release
        where compacted_at is not null and audience_purged_at is null),
       (select count(*) from release
        where visible_at is not null and compacted_at is null and audience_purged_at is null
          and completed_at is not null and expires_at > %(now)s),
       (select coalesce(sum(coalesce(published_count, recipients_count)), 0)::bigint from release
        where generation is not null and audience_purged_at is null),
       (select min(stored_at) from release
        where generation is not null and compacted_at is null and audience_purged_at is null)
