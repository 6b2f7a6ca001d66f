// SPDX-License-Identifier: GPL-2.0-only
/*
 * direct_bodies.c - one static call for each slot of direct_x86.S: the way to
 * the body of the traced function.
 */
#include <linux/static_call.h>

#include "compat/have_direct.h"

#ifdef KTLAT_HAVE_DIRECT

/* What is called has the prototype of the traced function, whatever that is. */
typedef void direct_body_fn(void);

#define BODY(digits)							\
	DEFINE_STATIC_CALL_NULL(ktlat_body_##digits, direct_body_fn)

BODY(00); BODY(01); BODY(02); BODY(03);
BODY(04); BODY(05); BODY(06); BODY(07);
BODY(08); BODY(09); BODY(0a); BODY(0b);
BODY(0c); BODY(0d); BODY(0e); BODY(0f);
BODY(10); BODY(11); BODY(12); BODY(13);
BODY(14); BODY(15); BODY(16); BODY(17);
BODY(18); BODY(19); BODY(1a); BODY(1b);
BODY(1c); BODY(1d); BODY(1e); BODY(1f);
BODY(20); BODY(21); BODY(22); BODY(23);
BODY(24); BODY(25); BODY(26); BODY(27);
BODY(28); BODY(29); BODY(2a); BODY(2b);
BODY(2c); BODY(2d); BODY(2e); BODY(2f);
BODY(30); BODY(31); BODY(32); BODY(33);
BODY(34); BODY(35); BODY(36); BODY(37);
BODY(38); BODY(39); BODY(3a); BODY(3b);
BODY(3c); BODY(3d); BODY(3e); BODY(3f);
BODY(40); BODY(41); BODY(42); BODY(43);
BODY(44); BODY(45); BODY(46); BODY(47);
BODY(48); BODY(49); BODY(4a); BODY(4b);
BODY(4c); BODY(4d); BODY(4e); BODY(4f);
BODY(50); BODY(51); BODY(52); BODY(53);
BODY(54); BODY(55); BODY(56); BODY(57);
BODY(58); BODY(59); BODY(5a); BODY(5b);
BODY(5c); BODY(5d); BODY(5e); BODY(5f);
BODY(60); BODY(61); BODY(62); BODY(63);
BODY(64); BODY(65); BODY(66); BODY(67);
BODY(68); BODY(69); BODY(6a); BODY(6b);
BODY(6c); BODY(6d); BODY(6e); BODY(6f);
BODY(70); BODY(71); BODY(72); BODY(73);
BODY(74); BODY(75); BODY(76); BODY(77);
BODY(78); BODY(79); BODY(7a); BODY(7b);
BODY(7c); BODY(7d); BODY(7e); BODY(7f);
BODY(80); BODY(81); BODY(82); BODY(83);
BODY(84); BODY(85); BODY(86); BODY(87);
BODY(88); BODY(89); BODY(8a); BODY(8b);
BODY(8c); BODY(8d); BODY(8e); BODY(8f);
BODY(90); BODY(91); BODY(92); BODY(93);
BODY(94); BODY(95); BODY(96); BODY(97);
BODY(98); BODY(99); BODY(9a); BODY(9b);
BODY(9c); BODY(9d); BODY(9e); BODY(9f);
BODY(a0); BODY(a1); BODY(a2); BODY(a3);
BODY(a4); BODY(a5); BODY(a6); BODY(a7);
BODY(a8); BODY(a9); BODY(aa); BODY(ab);
BODY(ac); BODY(ad); BODY(ae); BODY(af);
BODY(b0); BODY(b1); BODY(b2); BODY(b3);
BODY(b4); BODY(b5); BODY(b6); BODY(b7);
BODY(b8); BODY(b9); BODY(ba); BODY(bb);
BODY(bc); BODY(bd); BODY(be); BODY(bf);
BODY(c0); BODY(c1); BODY(c2); BODY(c3);
BODY(c4); BODY(c5); BODY(c6); BODY(c7);
BODY(c8); BODY(c9); BODY(ca); BODY(cb);
BODY(cc); BODY(cd); BODY(ce); BODY(cf);
BODY(d0); BODY(d1); BODY(d2); BODY(d3);
BODY(d4); BODY(d5); BODY(d6); BODY(d7);
BODY(d8); BODY(d9); BODY(da); BODY(db);
BODY(dc); BODY(dd); BODY(de); BODY(df);
BODY(e0); BODY(e1); BODY(e2); BODY(e3);
BODY(e4); BODY(e5); BODY(e6); BODY(e7);
BODY(e8); BODY(e9); BODY(ea); BODY(eb);
BODY(ec); BODY(ed); BODY(ee); BODY(ef);
BODY(f0); BODY(f1); BODY(f2); BODY(f3);
BODY(f4); BODY(f5); BODY(f6); BODY(f7);
BODY(f8); BODY(f9); BODY(fa); BODY(fb);
BODY(fc); BODY(fd); BODY(fe); BODY(ff);

#endif /* KTLAT_HAVE_DIRECT */
