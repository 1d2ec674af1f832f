using Mbsa.Host.Commands;

namespace Mbsa.Host.Tests.Commands;

public sealed class InterruptionTests
{
    [Fact]
    public void Only_the_first_request_is_for_a_clean_end()
    {
        using var interruption = new Interruption();

        Assert.False(interruption.IsRequested);
        Assert.True(interruption.Request());
        Assert.True(interruption.Token.IsCancellationRequested);
        Assert.False(interruption.Request());
    }
}
