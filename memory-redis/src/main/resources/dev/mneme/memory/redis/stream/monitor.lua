-- What the streams and their groups hold.
--
-- KEYS  1-4 the streams
-- ARGV  1 within how many milliseconds a consumer was heard of that counts
-- gives the time in ms, how many entries there are, and for each stream and group: name, pending, the oldest entry that
--       is pending or unread (or an empty string), how many are unread (-1: not known), consumers
local time = redis.call('TIME')
local length, all = 0, {}
for p = 1, 4 do
  length = length + redis.call('XLEN', KEYS[p])
  for _, group in ipairs(groups(KEYS[p])) do
    local name, last = group['name'], group['last-delivered-id']
    local unread = redis.call('XRANGE', KEYS[p], '(' .. last, '+', 'COUNT', 1)[1]
    local oldest = unread and unread[1] or ''
    if group['pending'] > 0 then
      local least = redis.call('XPENDING', KEYS[p], name)[2]
      if least and (oldest == '' or before(least, oldest)) then
        oldest = least
      end
    end
    local lag = unread and -1 or 0
    if unread and type(group['lag']) == 'number' then
      lag = group['lag']
    end
    local consumers = 0
    for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[p], name)) do
      local named = fields(consumer)
      if named['name'] ~= '~' and named['idle'] < tonumber(ARGV[1]) then
        consumers = consumers + 1
      end
    end
    all[#all + 1] = {name, group['pending'], oldest, lag, consumers}
  end
end
return {string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)), length, all}
