-- Gives a consumer what others hold and have not renewed for a while, or have let go. Deliveries are not counted here but
-- when they begin. Entries that are gone from the stream are acknowledged and counted as lost.
--
-- KEYS  1-4 the streams
-- ARGV  1 group, 2 consumer, 3 idle milliseconds, 4 how many of each priority at most, 5-8 where to look on
-- gives where to look on, how many were lost, and for each priority a list of entries, each followed by its deliveries
local cursors, lost, taken = {}, 0, {{}, {}, {}, {}}
for p = 1, 4 do
  cursors[p] = '0-0'
  local answer = redis.pcall('XAUTOCLAIM', KEYS[p], ARGV[1], ARGV[2], ARGV[3], ARGV[4 + p], 'COUNT', ARGV[4], 'JUSTID')
  if answer.err then
    if string.sub(answer.err, 1, 7) ~= 'NOGROUP' then
      return redis.error_reply(answer.err)
    end
  else
    cursors[p] = answer[1]
    lost = lost + (answer[3] and #answer[3] or 0)
    for _, id in ipairs(answer[2]) do
      local entry = redis.call('XRANGE', KEYS[p], id, id)[1]
      local pending = entry and redis.call('XPENDING', KEYS[p], ARGV[1], id, id, 1)[1]
      if pending then
        table.insert(taken[p], entry)
        table.insert(taken[p], pending[4])
      else
        redis.call('XACK', KEYS[p], ARGV[1], id)
        lost = lost + 1
      end
    end
  end
end
return {cursors, lost, taken}
