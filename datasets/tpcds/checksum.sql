-- One digest per table: of its rows in key order, whatever their place on disk. Only core functions.

select 'store_sales', count(*), encode(sha256(coalesce(string_agg(sha256(convert_to(t::text, 'UTF8')), '' order by ss_item_sk, ss_ticket_number), '')), 'hex') from store_sales as t;
select 'catalog_sales', count(*), encode(sha256(coalesce(string_agg(sha256(convert_to(t::text, 'UTF8')), '' order by cs_item_sk, cs_order_number), '')), 'hex') from catalog_sales as t;
select 'web_sales', count(*), encode(sha256(coalesce(string_agg(sha256(convert_to(t::text, 'UTF8')), '' order by ws_item_sk, ws_order_number), '')), 'hex') from web_sales as t;
select 'inventory', count(*), encode(sha256(coalesce(string_agg(sha256(convert_to(t::text, 'UTF8')), '' order by inv_date_sk, inv_item_sk, inv_warehouse_sk), '')), 'hex') from inventory as t;
select 'store_returns', count(*), encode(sha256(coalesce(string_agg(sha256(convert_to(t::text, 'UTF8')), '' order by sr_item_sk, sr_ticket_number), '')), 'hex') from store_returns as t;
select 'catalog_returns', count(*), encode(sha256(coalesce(string_agg(sha256(convert_to(t::text, 'UTF8')), '' order by cr_item_sk, cr_order_number), '')), 'hex') from catalog_returns as t;
select 'web_returns', count(*), encode(sha256(coalesce(string_agg(sha256(convert_to(t::text, 'UTF8')), '' order by wr_item_sk, wr_order_number), '')), 'hex') from web_returns as t;
select 'customer_demographics', count(*), encode(sha256(coalesce(string_agg(sha256(convert_to(t::text, 'UTF8')), '' order by cd_demo_sk), '')), 'hex') from customer_demographics as t;
select 'customer', count(*), encode(sha256(coalesce(string_agg(sha256(convert_to(t::text, 'UTF8')), '' order by c_customer_sk), '')), 'hex') from customer as t;
select 'customer_address', count(*), encode(sha256(coalesce(string_agg(sha256(convert_to(t::text, 'UTF8')), '' order by ca_address_sk), '')), 'hex') from customer_address as t;
select 'date_dim', count(*), encode(sha256(coalesce(string_agg(sha256(convert_to(t::text, 'UTF8')), '' order by d_date_sk), '')), 'hex') from date_dim as t;
select 'time_dim', count(*), encode(sha256(coalesce(string_agg(sha256(convert_to(t::text, 'UTF8')), '' order by t_time_sk), '')), 'hex') from time_dim as t;
select 'item', count(*), encode(sha256(coalesce(string_agg(sha256(convert_to(t::text, 'UTF8')), '' order by i_item_sk), '')), 'hex') from item as t;
select 'catalog_page', count(*), encode(sha256(coalesce(string_agg(sha256(convert_to(t::text, 'UTF8')), '' order by cp_catalog_page_sk), '')), 'hex') from catalog_page as t;
select 'household_demographics', count(*), encode(sha256(coalesce(string_agg(sha256(convert_to(t::text, 'UTF8')), '' order by hd_demo_sk), '')), 'hex') from household_demographics as t;
select 'promotion', count(*), encode(sha256(coalesce(string_agg(sha256(convert_to(t::text, 'UTF8')), '' order by p_promo_sk), '')), 'hex') from promotion as t;
select 'web_page', count(*), encode(sha256(coalesce(string_agg(sha256(convert_to(t::text, 'UTF8')), '' order by wp_web_page_sk), '')), 'hex') from web_page as t;
select 'reason', count(*), encode(sha256(coalesce(string_agg(sha256(convert_to(t::text, 'UTF8')), '' order by r_reason_sk), '')), 'hex') from reason as t;
select 'web_site', count(*), encode(sha256(coalesce(string_agg(sha256(convert_to(t::text, 'UTF8')), '' order by web_site_sk), '')), 'hex') from web_site as t;
select 'store', count(*), encode(sha256(coalesce(string_agg(sha256(convert_to(t::text, 'UTF8')), '' order by s_store_sk), '')), 'hex') from store as t;
select 'call_center', count(*), encode(sha256(coalesce(string_agg(sha256(convert_to(t::text, 'UTF8')), '' order by cc_call_center_sk), '')), 'hex') from call_center as t;
select 'income_band', count(*), encode(sha256(coalesce(string_agg(sha256(convert_to(t::text, 'UTF8')), '' order by ib_income_band_sk), '')), 'hex') from income_band as t;
select 'ship_mode', count(*), encode(sha256(coalesce(string_agg(sha256(convert_to(t::text, 'UTF8')), '' order by sm_ship_mode_sk), '')), 'hex') from ship_mode as t;
select 'warehouse', count(*), encode(sha256(coalesce(string_agg(sha256(convert_to(t::text, 'UTF8')), '' order by w_warehouse_sk), '')), 'hex') from warehouse as t;
