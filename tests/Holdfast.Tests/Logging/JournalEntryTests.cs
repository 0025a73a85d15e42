using System.Text;
using Holdfast.Linux.Services;
using Holdfast.Tests.Service;

namespace Holdfast.Tests.Logging;

public sealed class JournalEntryTests
{
    [Fact]
    public void One_line_is_written_with_an_equals_sign_and_more_with_their_length()
    {
        var entry = new JournalEntry()
            .Add("MESSAGE", "one = two").Add("HOLDFAST_ERROR", "a\nb").Add("HOLDFAST_FILE", "");
        byte[] wanted =
        [
            .. "MESSAGE=one = two\nHOLDFAST_ERROR\n"u8, 3, 0, 0, 0, 0, 0, 0, 0, .. "a\nb\nHOLDFAST_FILE=\n"u8,
        ];
        Assert.Equal(wanted, entry.Bytes.ToArray());
    }

    [Theory]
    [InlineData(JournalEntry.FieldBytes, JournalEntry.FieldBytes)]
    [InlineData(JournalEntry.FieldBytes - 1, JournalEntry.FieldBytes - 1)]
    [InlineData(JournalEntry.FieldBytes + 1, JournalEntry.FieldBytes)]
    public void A_field_is_bounded_and_cut_between_characters(int bytes, int left)
    {
        var text = new string('x', bytes % 2) + new string('ä', bytes / 2); // two bytes each
        var field = Encoding.UTF8.GetString(new JournalEntry().Add("M", text).Bytes)[2..^1];
        Assert.StartsWith(field, text, StringComparison.Ordinal);
        Assert.Equal(left - (left - bytes % 2) % 2, Encoding.UTF8.GetByteCount(field));
    }

    [Fact]
    public void A_journal_that_does_not_read_is_not_waited_for()
    {
        using var journal = new DatagramListener();
        using var socket = new JournalSocket(journal.Path);
        var entry = new JournalEntry().Add("MESSAGE", new string('x', JournalEntry.FieldBytes));
        var sent = 0;
        while (sent < 100_000 && socket.TrySend(entry)) sent++;
        Assert.InRange(sent, 1, 99_999); // the kernel's queue, then no more
        Assert.Equal(entry.Bytes.ToArray(), journal.Next());
        Assert.True(socket.TrySend(entry)); // there is room again
    }

    [Fact]
    public void No_journal_is_no_fault_of_ours()
    {
        using var socket = new JournalSocket("/nonexistent/journal");
        Assert.False(socket.TrySend(new JournalEntry().Add("MESSAGE", "x")));
    }
}
