++ b/x
select 1;
