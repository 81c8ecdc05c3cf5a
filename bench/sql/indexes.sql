-- Covering indexes: each question finds all that it reads in one of these.
create index lead_by_creation on lead (created_at, rep_id, team_id, lead_id);
create index lead_by_source on lead (source_id, created_at, opp_id);
create index opp_by_team on opp (status, team_id, stage, amount_cents);
create index opp_by_close on opp (status, closed_at, rep_id, amount_cents);
create index opp_by_product on opp (status, opp_id, product_id, industry_id, closed_at);
create index activity_by_lead on activity (lead_id, done_at);
create index activity_by_day on activity (done_at, rep_id, type);
create index activity_by_opp on activity (opp_id, type, done_at);
