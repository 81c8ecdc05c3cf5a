-- Three of the reference questions by the product's own definitions, on the reference tables as they are.
-- name: q2
-- median and 90th percentile of the response time (working minutes, Kaplan-Meier) per seller, leads of this quarter.
-- Office hours are Monday to Friday from nine to five; no Dutch holiday lies between 1 October and 20 November. Minutes
-- are counted from a number of the size that the product's own have, so that half a minute rounds the same way.
with recent as (
  select lead_id, rep_id, created_at from lead
  where created_at >= timestamp '2026-10-01' and created_at < timestamp '2026-11-20 17:00:00'),
answered as (
  select a.lead_id, min(a.done_at) as first_at
  from activity a join recent r on r.lead_id = a.lead_id and r.rep_id = a.rep_id
  where a.type <> 'follow_up' and a.done_at < timestamp '2026-11-20 17:00:00'
  group by 1),
moments as (
  select r.rep_id, a.first_at is not null as ended, r.created_at,
         greatest(coalesce(a.first_at, timestamp '2026-11-20 17:00:00'), r.created_at) as stopped_at
  from recent r left join answered a on a.lead_id = r.lead_id),
counted as (
  select rep_id, ended,
         3000000 + date_diff('week', date '2026-09-28', created_at::date) * 2400
           + least(isodow(created_at) - 1, 5) * 480
           + case when isodow(created_at) < 6 then least(greatest(epoch(created_at::time) / 60.0 - 540, 0), 480)
                  else 0 end as began,
         3000000 + date_diff('week', date '2026-09-28', stopped_at::date) * 2400
           + least(isodow(stopped_at) - 1, 5) * 480
           + case when isodow(stopped_at) < 6 then least(greatest(epoch(stopped_at::time) / 60.0 - 540, 0), 480)
                  else 0 end as stopped
  from moments),
lengths as (
  select rep_id, greatest(round(stopped - began)::bigint, 0) as length,
         count(*) as n, count(*) filter (ended) as ended
  from counted group by 1, 2),
risk as (
  select *, sum(n) over (partition by rep_id order by length desc) as at_risk from lengths),
curve as (
  select *, product(1 - ended / at_risk) over (partition by rep_id order by length) as survival,
         max(length) over (partition by rep_id) as longest
  from risk)
select rep_id, sum(n)::bigint as leads, sum(ended)::bigint as answered,
       min(length) filter (ended > 0 and survival <= 0.5 + 1e-9) as median_min,
       min(length) filter (ended > 0 and survival <= 0.1 + 1e-9) as p90_min,
       case when any_value(longest) < 240 and min(survival) > 1e-9 then null
            else 1 - coalesce(min(survival) filter (length <= 240), 1) end as within_norm
from curve group by 1 order by 1;
-- name: q3
-- conversion at equal age by lead source per month: of the leads that are old enough the share won within that age,
-- which is the age by which nine in ten of the leads won in the three years before had been won
with wins as (
  select lead_id, min(closed_at)::date as won_on from opp
  where status = 'won' and closed_at < timestamp '2026-11-20 17:00:00' group by 1),
aged as (
  select l.source_id, l.created_at::date as created_on, w.won_on, w.won_on - l.created_at::date as age
  from lead l left join wins w on w.lead_id = l.lead_id
  where l.created_at < timestamp '2026-11-20 17:00:00'),
judged as (
  select case when count(age) < 30 then 180 else quantile_disc(age, 0.9)::integer end as at_age
  from aged where won_on >= date '2023-11-20')
select date_trunc('month', created_on)::date as month, source_id,
       count(*) filter (created_on < date '2026-11-20' - at_age) as leads,
       count(*) filter (created_on >= date '2026-11-20' - at_age) as young,
       count(*) filter (created_on >= date '2026-11-20' - at_age and age <= at_age) as young_won,
       count(*) filter (created_on < date '2026-11-20' - at_age and age <= at_age)
         / nullif(count(*) filter (created_on < date '2026-11-20' - at_age), 0) as rate
from aged, judged group by 1, 2 order by 1, 2;
-- name: q7
-- outbound contacts after the first one up to the win per product: mean, median, and of the closed deals that reached
-- contact k how many did and how many were won there. The industry is that of the account, which reference deals lack.
with contacts as (
  select o.opp_id, o.product_id, o.status = 'won' as won, count(a.activity_id) as n
  from opp o left join activity a
    on a.lead_id = o.lead_id and a.type <> 'follow_up' and a.done_at <= o.closed_at
  where o.closed_at < timestamp '2026-11-20 17:00:00'
  group by 1, 2, 3),
steps as (
  select product_id, n, count(*) as closed, count(*) filter (won) as won from contacts group by 1, 2),
reached as (
  select s.product_id, k.k, sum(s.closed)::bigint as reached,
         coalesce(sum(s.won) filter (s.n = k.k), 0)::bigint as won
  from steps s, range(1, s.n + 1) as k(k) group by 1, 2),
curves as (
  select product_id, list([k, reached, won] order by k) as curve from reached group by 1)
select w.product_id, null::integer as industry_id, w.won, w.mean, w.median, c.curve
from (select product_id, count(*) as won, avg(greatest(n - 1, 0)) as mean, median(greatest(n - 1, 0)) as median
      from contacts where won group by 1) w
left join curves c on c.product_id = w.product_id
order by 1;
