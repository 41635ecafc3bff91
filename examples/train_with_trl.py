"""Fine-tune a small model with TRL straight from the stream: no row is written to disk first.

    pip install trl
    python examples/train_with_trl.py --sample --steps 3

The model is tiny and starts at random, so that the script runs anywhere in a minute: put the name
of a real one into `model` and `tokenizer`, and drop `--sample`, for a run that means something.
"""

from __future__ import annotations

import argparse
from typing import Any

from datasets import load_dataset

import itdr  # noqa: F401  (teaches load_dataset the name "itdr")

CHAT = (
    "{% for message in messages %}<|{{ message.role }}|>{{ message.content }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)


def rows(config: str, **options: Any) -> Any:
    """The train split as conversations, shuffled, and nothing but what the trainer reads."""
    stream = load_dataset(
        "itdr", config, split="train", streaming=True, format="messages", **options
    )
    return stream.shuffle(seed=0, buffer_size=1000).select_columns(["messages"])


def tiny_tokenizer(texts: list[str]) -> Any:
    """Byte pairs learned from a few rows."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    special = ["<|pad|>", "<|end|>", "<|system|>", "<|user|>", "<|assistant|>"]
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=800, special_tokens=special, initial_alphabet=alphabet, show_progress=False
    )
    made.train_from_iterator(texts, trainer)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=made, pad_token="<|pad|>", eos_token="<|end|>"
    )
    tokenizer.chat_template = CHAT
    return tokenizer


def tiny_model(tokenizer: Any) -> Any:
    """Two layers of 32 numbers, at random."""
    from transformers import LlamaConfig, LlamaForCausalLM

    shape = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=1024,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    return LlamaForCausalLM(shape)


def train(config: str, steps: int, out: str, **options: Any) -> list[float]:
    """Some steps of supervised fine-tuning; the loss of each."""
    from trl import SFTConfig, SFTTrainer

    stream = rows(config, **options)
    few = [part["content"] for row in stream.take(50) for part in row["messages"]]
    tokenizer = tiny_tokenizer(few)
    settings = SFTConfig(
        output_dir=out,
        max_steps=steps,  # a stream has no length: say how far to go
        per_device_train_batch_size=2,
        max_length=512,
        logging_steps=1,
        learning_rate=1e-2,
        use_cpu=True,
        bf16=False,
        save_strategy="no",
        report_to="none",
        dataloader_num_workers=0,
    )
    trainer = SFTTrainer(
        model=tiny_model(tokenizer), args=settings, train_dataset=stream, processing_class=tokenizer
    )
    trainer.train()
    return [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config", nargs="?", default="sequential_rec")
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--out", default="out/trl")
    parser.add_argument("--sample", action="store_true", help="the bundled sample: no download")
    given = parser.parse_args()
    losses = train(given.config, given.steps, given.out, sample=given.sample)
    print("loss:", ", ".join(f"{loss:.3f}" for loss in losses))


if __name__ == "__main__":
    main()
