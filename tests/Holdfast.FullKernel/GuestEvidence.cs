using System.Text;

namespace Holdfast.FullKernels;

/// <summary>What a failed run leaves for people of a host in a machine.</summary>
internal static class GuestEvidence
{
    private static readonly RunOptions Patient = GuestHost.Usual with { MayFail = true };

    /// <summary>Saves a host's state, what its programs said, and the kernel's messages.</summary>
    /// <param name="host">The host.</param>
    /// <param name="machine">Its machine, which has the files of what was said.</param>
    /// <param name="directory">Where to.</param>
    public static async Task Save(GuestHost host, GuestHost machine, string directory)
    {
        var questions = LabEvidence.Questions.Append(["dmesg"]).Select(q => (Host: host, Words: q)).Concat(
            host.Processes.Select(p => (machine, (string[])["tail", "-n", "1000", p.OutputFile, p.ErrorFile])));
        var text = new StringBuilder();
        foreach (var (asked, words) in questions)
        {
            try
            {
                text.Append(await asked.Run(Patient, words[0], words[1..])).Append("\n\n");
            }
            catch (LabException e)
            {
                // The machine does not answer: its console and the commands before are what there is.
                text.Append(e.Message);
                break;
            }
        }
        await File.WriteAllTextAsync(Path.Combine(directory, $"{host.Name}.state.txt"), text.ToString());
    }
}
