using Mbsa.Nvm.Layout;
using Mbsa.Vm.Checking;

namespace Mbsa.Host.Commands.Nvm;

/// <summary>A child device and what was found on it.</summary>
/// <param name="Letter">Its letter in the <see cref="DeviceMap"/>.</param>
/// <param name="Child">The child device.</param>
/// <param name="Disk">The check of the virtual disk that lies on it.</param>
internal sealed record ChildContent(char Letter, ChildDevice Child, DiskCheck Disk);
