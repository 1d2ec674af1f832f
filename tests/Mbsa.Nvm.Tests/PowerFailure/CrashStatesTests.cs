using Mbsa.Nvm.PowerFailure;

namespace Mbsa.Nvm.Tests.PowerFailure;

public sealed class CrashStatesTests
{
    [Fact]
    public void Few_words_are_torn_in_every_way()
    {
        PendingWord[] pending = [new(0, [1, 2]), new(8, [1, 2, 3]), new(64, [1, 2])];
        var states = CrashStates.Of(pending, 12, new Random(1)).Select(choice => string.Join(",", choice)).ToList();
        Assert.Equal(12, states.Count);
        Assert.Equal(12, states.Distinct().Count());
    }

    [Fact]
    public void Few_lines_are_lost_in_every_way_and_whole()
    {
        var pending = Enumerable.Range(0, 24).Select(word => new PendingWord(word * 8, [0, 1])).ToArray();
        var states = CrashStates.Of(pending, 64, new Random(1)).Select(choice => (int[])choice.Clone()).ToList();
        Assert.True(CrashStates.IsExhaustive(pending, 64));
        Assert.Equal(8, states.Select(choice => string.Join(",", choice)).Distinct().Count());
        Assert.All(states, choice => Assert.All(choice.Chunk(8), line => Assert.Single(line.Distinct())));
    }

    [Fact]
    public void Many_lines_are_sampled_and_each_is_once_the_only_one_and_once_the_only_one_lost()
    {
        var pending = Enumerable.Range(0, 20 * 8).Select(word => new PendingWord(word * 8, [0, 1])).ToArray();
        var states = CrashStates.Of(pending, 100, new Random(1))
            .Select(choice => choice.Chunk(8).Select(line => line.Sum()).ToArray()).ToList();
        Assert.False(CrashStates.IsExhaustive(pending, 100));
        Assert.Equal(100, states.Count);
        Assert.Contains(states, lines => lines.All(line => line == 0));
        Assert.Contains(states, lines => lines.All(line => line == 8));
        for (var line = 0; line < 20; line++)
        {
            Assert.Contains(states, lines => lines[line] == 8 && lines.Sum() == 8);
            Assert.Contains(states, lines => lines[line] == 0 && lines.Sum() == 19 * 8);
        }

        Assert.Contains(states, lines => lines.Any(line => line is > 0 and < 8));
    }
}
