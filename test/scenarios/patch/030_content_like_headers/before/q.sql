-- a/x
select 1;
