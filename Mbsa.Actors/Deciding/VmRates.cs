using Mbsa.Cores.Planning;
using Mbsa.Cores.Queue;
using Mbsa.Model.Scenario;

namespace Mbsa.Actors.Deciding;

/// <summary>What a VM can do on a host, in I/Os or bytes per second. Pure.</summary>
/// <param name="Alone">What its VCPUs do if nobody else is there and its limit lets them, by nominal costs and its average I/O.</param>
/// <param name="Max">The most that the host can promise it: what its VCPUs can use at worst, and no more than its limit.</param>
internal readonly record struct VmRates(double Alone, double Max)
{
    /// <summary>Works them out.</summary>
    /// <param name="vm">The VM, what it was promised and what it declares on the host.</param>
    /// <param name="unit">Bytes or I/Os per second.</param>
    /// <param name="cores">Cores of the host.</param>
    public static VmRates Of(AdmittedVm vm, PromiseUnit unit, int cores)
    {
        var mix = vm.Use.Average;
        if (!mix.DoesIo)
        {
            return default;
        }

        var entry = new VmClaim(vm.Vm, vm.Vcpus, vm.Qos, mix);
        var perOperation = unit == PromiseUnit.BytesPerSecond ? mix.BytesPerOperation : 1;
        var limit = vm.Qos.Limit is { } ceiling ? entry.OperationsPerSecondOf(ceiling) * perOperation : double.PositiveInfinity;
        var allVcpus = new Promise(PromiseUnit.Share, Math.Min(1, mix.ShareOfVcpus(vm.Vcpus, cores)));
        var alone = entry.OperationsPerSecondOf(allVcpus) * perOperation;
        var max = vm.Vcpus / Math.Max(vm.Use.WorstVcpus(new Promise(unit, 1), cores), double.Epsilon);
        return new VmRates(Math.Min(alone, limit), Math.Min(max, limit));
    }
}
