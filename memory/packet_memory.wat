;; What packet_memory.ts has done by WebAssembly: sums of 16-bit words (RFC 1071), 32 octets to a step.
;; `deno task wasm` makes packet_memory_wasm.ts of it.
(module
  ;; 512 pages of 64 KiB. A memory that cannot grow stays where it is, so the kernel may be told its address.
  (memory (export "memory") 512 512)

  ;; Sums `length` octets at `from`. The words are big-endian; the sum is folded to 16 bits.
  (func (export "sum") (param $from i32) (param $length i32) (result i32)
    (local $end i32) (local $low v128) (local $high v128)
    (local.set $end (i32.add (local.get $from) (i32.and (local.get $length) (i32.const -32))))
    (block $done
      (loop $step
        (br_if $done (i32.eq (local.get $from) (local.get $end)))
        (local.set $low (i32x4.add (local.get $low)
          (i32x4.extadd_pairwise_i16x8_u (v128.load (local.get $from)))))
        (local.set $high (i32x4.add (local.get $high)
          (i32x4.extadd_pairwise_i16x8_u (v128.load offset=16 (local.get $from)))))
        (local.set $from (i32.add (local.get $from) (i32.const 32)))
        (br $step)))
    (call $finish
      (i32x4.add (local.get $low) (local.get $high))
      (local.get $from)
      (i32.and (local.get $length) (i32.const 31))))

  ;; The same, and copies the octets to `to`. The two ranges do not overlap.
  (func (export "copyAndSum") (param $to i32) (param $from i32) (param $length i32) (result i32)
    (local $end i32) (local $low v128) (local $high v128) (local $a v128) (local $b v128)
    (local.set $end (i32.add (local.get $from) (i32.and (local.get $length) (i32.const -32))))
    (block $done
      (loop $step
        (br_if $done (i32.eq (local.get $from) (local.get $end)))
        (local.set $a (v128.load (local.get $from)))
        (local.set $b (v128.load offset=16 (local.get $from)))
        (v128.store (local.get $to) (local.get $a))
        (v128.store offset=16 (local.get $to) (local.get $b))
        (local.set $low (i32x4.add (local.get $low) (i32x4.extadd_pairwise_i16x8_u (local.get $a))))
        (local.set $high (i32x4.add (local.get $high) (i32x4.extadd_pairwise_i16x8_u (local.get $b))))
        (local.set $from (i32.add (local.get $from) (i32.const 32)))
        (local.set $to (i32.add (local.get $to) (i32.const 32)))
        (br $step)))
    (local.set $length (i32.and (local.get $length) (i32.const 31)))
    (memory.copy (local.get $to) (local.get $from) (local.get $length))
    (call $finish
      (i32x4.add (local.get $low) (local.get $high)) (local.get $from) (local.get $length)))

  ;; Whether `length` octets at `a` and `b`, 16 at least, have the same bits wherever those at `mask` are set.
  (func (export "isSameUnder") (param $mask i32) (param $a i32) (param $b i32) (param $length i32) (result i32)
    (local $at i32) (local $last i32)
    ;; The last step overlaps with the one before unless the length is a multiple of 16.
    (local.set $last (i32.sub (local.get $length) (i32.const 16)))
    (loop $step
      (if (v128.any_true (v128.and
          (v128.load (i32.add (local.get $mask) (local.get $at)))
          (v128.xor
            (v128.load (i32.add (local.get $a) (local.get $at)))
            (v128.load (i32.add (local.get $b) (local.get $at))))))
        (then (return (i32.const 0))))
      (if (i32.eq (local.get $at) (local.get $last)) (then (return (i32.const 1))))
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (if (i32.gt_u (local.get $at) (local.get $last)) (then (local.set $at (local.get $last))))
      (br $step))
    (unreachable))

  ;; Adds up the four sums, and the `length` octets at `from` that are left over, 31 at most.
  (func $finish (param $sums v128) (param $from i32) (param $length i32) (result i32)
    (local $sum i32)
    ;; Each sum is folded to 17 bits, so that there is room for all of them in one.
    (local.set $sums (i32x4.add
      (v128.and (local.get $sums) (i32x4.splat (i32.const 0xffff)))
      (i32x4.shr_u (local.get $sums) (i32.const 16))))
    (local.set $sum (i32.add
      (i32.add (i32x4.extract_lane 0 (local.get $sums)) (i32x4.extract_lane 1 (local.get $sums)))
      (i32.add (i32x4.extract_lane 2 (local.get $sums)) (i32x4.extract_lane 3 (local.get $sums)))))
    (block $done
      (loop $word
        (br_if $done (i32.lt_u (local.get $length) (i32.const 2)))
        (local.set $sum (i32.add (local.get $sum) (i32.load16_u (local.get $from))))
        (local.set $from (i32.add (local.get $from) (i32.const 2)))
        (local.set $length (i32.sub (local.get $length) (i32.const 2)))
        (br $word)))
    ;; A last odd octet is the upper half of a big-endian word, and so the lower of one in this order.
    (if (local.get $length)
      (then (local.set $sum (i32.add (local.get $sum) (i32.load8_u (local.get $from))))))
    (local.set $sum (call $fold (call $fold (local.get $sum))))
    ;; The swapped sum is the sum of swapped words (RFC 1071 §2 B).
    (i32.or
      (i32.shl (i32.and (local.get $sum) (i32.const 0xff)) (i32.const 8))
      (i32.shr_u (local.get $sum) (i32.const 8))))

  (func $fold (param $sum i32) (result i32)
    (i32.add
      (i32.and (local.get $sum) (i32.const 0xffff))
      (i32.shr_u (local.get $sum) (i32.const 16)))))
