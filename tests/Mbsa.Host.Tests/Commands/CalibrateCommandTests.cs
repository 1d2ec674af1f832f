using System.Collections.Immutable;
using Mbsa.Host.Commands;
using Mbsa.Vm.Paths;

namespace Mbsa.Host.Tests.Commands;

public sealed class CalibrateCommandTests : IDisposable
{
    private readonly TestProgram _program = new();

    public void Dispose() => _program.Dispose();

    [Fact]
    public async Task The_profile_goes_to_standard_output_and_what_is_going_on_beside_it()
    {
        _program.Calibration = new FakeCalibration();

        Assert.Equal(ExitCode.Ok, await _program.InvokeAsync("calibrate", "-o", "-"));

        Assert.Contains("cores: 2", _program.StandardOutputText);
        Assert.Equal(["measuring"], _program.Errors);
        Assert.Equal("", _program.Output);
    }

    [Fact]
    public async Task Interrupted_it_writes_nothing()
    {
        _program.Calibration = new FakeCalibration();
        _program.Interruption.Request();
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

        Assert.Equal(ExitCode.Interrupted, await _program.InvokeAsync("calibrate", "-o", path));

        Assert.False(File.Exists(path));
    }

    [Fact]
    public async Task A_place_that_cannot_be_written_is_found_out_before_anything_is_measured()
    {
        _program.Calibration = new FakeCalibration();

        Assert.Equal(ExitCode.BadInput, await _program.InvokeAsync("calibrate", "-o", "/no/such/place"));

        Assert.StartsWith("mbsa: --output: cannot write", Assert.Single(_program.Errors));
    }

    private sealed class FakeCalibration : ICalibration
    {
        public MachineProfile Measure(Action<string> progress, CancellationToken cancellation)
        {
            progress("measuring");
            cancellation.ThrowIfCancellationRequested();
            return new MachineProfile
            {
                Name = "this",
                Cores = 2,
                MemoryBandwidthBytesPerSecond = 1e10,
                Paths = ImmutableDictionary<IoPath, PathCosts>.Empty,
            };
        }
    }
}
