select sum(l_extendedprice) / 7.0 as avg_yearly
from lineitem, part, (select l_partkey as k, 0.2 * avg(l_quantity) as least from lineitem group by l_partkey) as average
where p_partkey = l_partkey and k = p_partkey and p_brand = 'Brand#23' and p_container = 'MED BOX' and l_quantity < least
